/// Why compressed bytes could not be read or written.
package struct CompressionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    package enum Code: Hashable, Sendable {
        /// The bytes are not of the announced format, or a checksum does not hold.
        case corrupt
        /// More bytes would come out than the caller allows.
        case limitExceeded
        /// Bytes follow the end of the compressed data.
        case trailingBytes
        /// zlib could not get memory.
        case outOfMemory
    }

    /// What went wrong.
    package let code: Code

    /// Makes an error.
    package init(_ code: Code) {
        self.code = code
    }

    /// One line for people, such as `compressed data is corrupt`.
    package var description: String {
        switch code {
        case .corrupt: "compressed data is corrupt"
        case .limitExceeded: "compressed data unpacks to more than the limit"
        case .trailingBytes: "bytes follow the end of the compressed data"
        case .outOfMemory: "no memory for the compression state"
        }
    }
}
