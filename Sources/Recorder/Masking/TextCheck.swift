/// Whether bytes that are said to be text can be looked into, over parts of a body however they are cut.
///
/// Text without zero bytes, in UTF-8 throughout (RFC 3629) unless its type names another alphabet: what a detector can't
/// read, such as UTF-16 or packed data under a wrong name, is not stored.
struct TextCheck {
    private let needsProof: Bool
    /// Bytes that must follow to complete a character, and the bounds of the next of them.
    private var awaited = 0
    private var bounds: ClosedRange<UInt8> = 0x80...0xBF

    /// Begins a body.
    ///
    /// - Parameter needsProof: whether it must be UTF-8.
    init(needsProof: Bool) {
        self.needsProof = needsProof
    }

    /// Whether a body of that type must be UTF-8: all but those that name an alphabet of single bytes.
    static func needsProof(_ contentType: String?) -> Bool {
        guard let type = contentType?.lowercased(), let place = type.firstIndex(of: ";") else { return true }
        let parameters = type[place...]
        return !["8859-1", "latin1", "windows-1252"].contains { parameters.contains($0) }
    }

    /// Why a whole body can't be looked into, or `nil`; a character cut off at its end is fine.
    static func fault(of bytes: UnsafeRawBufferPointer, needsProof: Bool) -> String? {
        var check = TextCheck(needsProof: needsProof)
        return check.isText(bytes) ? nil : fault
    }

    /// What is said of a body that can't be looked into.
    static let fault = "not UTF-8"

    /// Whether the next part goes on as text.
    mutating func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var position = 0
        while position < bytes.count {
            if awaited == 0, position + 8 <= bytes.count {
                let word = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                // No byte above 0x7F and none that is zero.
                let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
                if word & 0x8080_8080_8080_8080 == 0, zeros == 0 {
                    position += 8
                    continue
                }
            }
            guard step(bytes[position]) else { return false }
            position += 1
        }
        return true
    }

    private mutating func step(_ byte: UInt8) -> Bool {
        guard byte != 0 else { return false }
        guard needsProof else { return true }
        if awaited > 0 {
            guard bounds.contains(byte) else { return false }
            awaited -= 1
            bounds = 0x80...0xBF
            return true
        }
        switch byte {
        case ..<0x80: return true
        case 0xC2...0xDF: awaited = 1
        case 0xE0: (awaited, bounds) = (2, 0xA0...0xBF)
        case 0xED: (awaited, bounds) = (2, 0x80...0x9F)
        case 0xE1...0xEF: awaited = 2
        case 0xF0: (awaited, bounds) = (3, 0x90...0xBF)
        case 0xF1...0xF3: awaited = 3
        case 0xF4: (awaited, bounds) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}
