#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The number of files and connections that the process may have open.
enum OpenFiles {
    /// Raises it as far as the system lets anybody: each stream takes two, and the usual 1024 are soon used up.
    static func raiseLimit() {
        #if os(Linux)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #endif
    }
}
