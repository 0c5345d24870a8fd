import CArchive
import CZlib
import GRDB

/// The versions of the C libraries in use, for `inspector doctor` and bug reports.
package enum LibraryVersions {
    /// SQLite's version, such as `3.40.1`, or `nil` when it does not answer.
    package static var sqlite: String? {
        try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }
    }

    /// libarchive's version with those of what it compresses with, such as `libarchive 3.6.2 zlib/1.2.13 libzstd/1.5.4`.
    package static var archive: String { String(cString: archive_version_details()) }

    /// zlib's version, such as `1.2.13`.
    package static var zlib: String { String(cString: zlibVersion()) }
}
