import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Says in a few words why a connection failed.
enum ConnectError {
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return reason(first.error) }
            if error.dnsAError != nil || error.dnsAAAAError != nil { return "no such host: \(error.host)" }
            return "no address to connect to"
        case let error as IOError:
            return String(cString: strerror(error.errnoCode)).lowercased()
        case ChannelError.connectTimeout(let amount):
            return "no connection within \(amount.text)"
        case NIOSSLError.handshakeFailed(let error):
            // The library's own text names places in its sources.
            return String(describing: error).contains("CERTIFICATE_VERIFY_FAILED")
                ? "certificate verification failed (--upstream-ca names other certificates to trust)"
                : "handshake failed"
        case is NIOSSLExtraError:
            return "the certificate is for another name"
        case NIOSSLError.uncleanShutdown:
            return "closed without the closing alert"
        default:
            return String(describing: error)
        }
    }

    /// Whether the reason is time.
    static func isTimeout(_ error: any Error) -> Bool {
        if case .connectTimeout? = error as? ChannelError { return true }
        guard let error = error as? NIOConnectionError, let first = error.connectionErrors.first else { return false }
        return isTimeout(first.error)
    }
}

extension UpstreamConnection {
    /// Reports that no connection came about.
    func connectFailed(_ error: any Error) {
        let cause: UpstreamFailure.Cause = ConnectError.isTimeout(error) ? .connectTimeout : .unreachable
        abandon(UpstreamFailure(cause: cause, reason: ConnectError.reason(error)))
    }
}
