#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Variables of the environment, without loading Foundation for them.
enum Environment {
    static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
