import NIOCore

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A port that refuses connections for sure: it is taken, so that nobody else gets it, and not listened on.
package struct ClosedPort: ~Copyable {
    /// The port's number.
    package let number: Int
    private let descriptor: CInt

    /// Takes a port.
    ///
    /// - Throws: what the system says when it gives none.
    package init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw IOError(errnoCode: errno, reason: "bind") }
        self.descriptor = descriptor
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit {
        close(descriptor)
    }
}
