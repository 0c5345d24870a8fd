package import Recorder

extension RateLimitReport {
    /// Reads header lines; times are told from `now`.
    package init(_ fields: [HeaderField], at now: Timestamp) {
        var reader = RateLimitReader(at: now)
        for field in fields {
            var (name, value) = (field.name, field.value)
            name.withUTF8 { name in
                value.withUTF8 { reader.read(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer($0)) }
            }
        }
        self = reader.finish()
    }

    /// Reads the lines of an answer's head; one without such lines costs no allocation.
    package init(_ head: HTTPHead, at now: Timestamp) {
        var reader = RateLimitReader(at: now)
        head.bytes.withUnsafeReadableBytes { bytes in
            for line in head.lines where line.known == nil {
                reader.read(
                    UnsafeRawBufferPointer(rebasing: bytes[line.name.range]),
                    UnsafeRawBufferPointer(rebasing: bytes[line.value.range])
                )
            }
        }
        self = reader.finish()
    }
}
