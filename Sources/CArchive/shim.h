#ifndef TAPEDECK_CARCHIVE_SHIM_H
#define TAPEDECK_CARCHIVE_SHIM_H

#include <archive.h>
#include <archive_entry.h>

#endif
