import NIOCore

/// Masks heads line by line and remembers lines: a client's lines are nearly the same from request to request.
///
/// The memory holds raw lines, never leaves the process and has a fixed number of places.
struct HeaderMasker {
    fileprivate struct Place {
        var line: [UInt8] = []
        var nameLength = 0
        /// The masked value, or `nil` when it is stored as it is.
        var masked: [UInt8]?
        /// The masked name, or `nil` when it is stored as it is, as nearly all are.
        var maskedName: [UInt8]?
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

    /// Adds a line that the proxy wrote: it may carry an account's key.
    mutating func append(_ field: HeaderField, to block: inout HeaderBlock) {
        var (name, value) = (field.name, field.value)
        name.withUTF8 { name in
            value.withUTF8 { append(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer($0), to: &block) }
        }
    }

    private mutating func append(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        to block: inout HeaderBlock
    ) {
        guard name.count + value.count <= HeaderMasker.longest else {
            return place(name, value).append(name, value, to: &block)
        }
        let index = Int(truncatingIfNeeded: HeaderMasker.hash(name, value) & 1023)
        if !places[index].matches(name, value) { places[index] = place(name, value) }
        places[index].append(name, value, to: &block)
    }

    private func place(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Place {
        Place(
            line: Array(name) + Array(value),
            nameLength: name.count,
            masked: masker.maskedHeaderValue(name: name, value: value),
            // Any token may be a name, a key as well; no secret is as short as most names are.
            maskedName: name.count < 16 ? nil : masker.masked(name, as: .text)
        )
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

    /// Adds the line with what had to be masked in it.
    fileprivate func append(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        to block: inout HeaderBlock
    ) {
        if masked == nil, maskedName == nil {
            block.append(name: name, value: value)
        } else {
            block.append(name: maskedName ?? Array(name), value: masked ?? Array(value))
        }
    }
}
