import NIOCore

/// Masks heads line by line and remembers lines: a client's lines are nearly the same from request to request.
///
/// The memory holds raw lines, never leaves the process and has a fixed number of places.
struct HeaderMasker {
    fileprivate struct Place {
        var line: [UInt8] = []
        var nameLength = 0
        /// The masked value, or `nil` when the line is stored as it is.
        var masked: [UInt8]?
    }

    private let masker: Masker
    private var places = [Place](repeating: Place(), count: 1024)

    /// Longer lines are masked anew each time.
    private static let longest = 512

    init(masker: Masker) {
        self.masker = masker
    }

    /// The masked lines of a head.
    mutating func mask(_ head: HTTPHead) -> HeaderBlock {
        var block = HeaderBlock()
        block.reserve(lines: head.lines.count, bytes: head.bytes.readableBytes)
        head.bytes.withUnsafeReadableBytes { raw in
            for line in head.lines {
                let name = UnsafeRawBufferPointer(rebasing: raw[line.name.range])
                let value = UnsafeRawBufferPointer(rebasing: raw[line.value.range])
                append(name, value, to: &block)
            }
        }
        return block
    }

    private mutating func append(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        to block: inout HeaderBlock
    ) {
        let length = name.count + value.count
        guard length <= HeaderMasker.longest else {
            return HeaderMasker.append(name, value, masker.maskedHeaderValue(name: name, value: value), to: &block)
        }
        let index = Int(truncatingIfNeeded: HeaderMasker.hash(name, value) & 1023)
        if !places[index].matches(name, value) {
            places[index] = Place(
                line: Array(name) + Array(value),
                nameLength: name.count,
                masked: masker.maskedHeaderValue(name: name, value: value)
            )
        }
        HeaderMasker.append(name, value, places[index].masked, to: &block)
    }

    private static func append(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        _ masked: [UInt8]?,
        to block: inout HeaderBlock
    ) {
        if let masked {
            masked.withUnsafeBytes { block.append(name: name, value: $0) }
        } else {
            block.append(name: name, value: value)
        }
    }

    /// Spreads lines over the places: FNV-1a over words of eight bytes.
    private static func hash(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ part: UnsafeRawBufferPointer) {
            var position = 0
            while position + 8 <= part.count {
                hash = (hash ^ part.loadUnaligned(fromByteOffset: position, as: UInt64.self)) &* 0x0000_0100_0000_01B3
                position += 8
            }
            while position < part.count {
                hash = (hash ^ UInt64(part[position])) &* 0x0000_0100_0000_01B3
                position += 1
            }
        }
        mix(name)
        mix(value)
        return hash ^ hash >> 32
    }
}

extension HeaderMasker.Place {
    fileprivate func matches(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
        guard nameLength == name.count, line.count == name.count + value.count else { return false }
        return line.withUnsafeBytes {
            UnsafeRawBufferPointer(rebasing: $0[..<nameLength]).hasSameBytes(as: name)
                && UnsafeRawBufferPointer(rebasing: $0[nameLength...]).hasSameBytes(as: value)
        }
    }
}
