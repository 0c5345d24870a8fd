#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The variables of the environment.
enum Environment {
    /// The value of a variable, or `nil` when it is not set.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
