import Recorder

/// Lays JSON out for reading: two spaces a level, short containers on one line, long texts and long documents cut.
struct JSONLayout {
    /// A container of up to that many bytes stays on one line.
    private static let inlineLimit = 72
    /// A text of more bytes than that is cut.
    private static let textLimit = 600

    private let bytes: [UInt8]
    private let lineLimit: Int
    private var position = 0
    private var depth = 0
    private var line: [UInt8] = []
    private(set) var lines: [String] = []

    /// Whether the document was longer than the limit allowed.
    private(set) var isCut = false

    /// Lays out a document.
    ///
    /// - Parameters:
    ///   - json: one valid JSON value.
    ///   - lineLimit: how many lines at most.
    init(_ json: [UInt8], lineLimit: Int) {
        bytes = json
        self.lineLimit = lineLimit
        while position < bytes.count, lines.count < lineLimit { step() }
        if lines.count >= lineLimit, position < bytes.count || !line.isEmpty {
            isCut = true
        } else {
            endLine()
        }
    }

    private mutating func step() {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if let end = endOfShortContainer() {
                copyInline(to: end)
            } else {
                line.append(byte)
                position += 1
                depth += 1
                endLine()
            }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            endLine()
            line.append(byte)
            position += 1
        case UInt8(ascii: ","):
            line.append(byte)
            position += 1
            endLine()
        case UInt8(ascii: ":"):
            line.append(contentsOf: ": ".utf8)
            position += 1
        case UInt8(ascii: "\""): copyText()
        case ...0x20: position += 1
        default:
            line.append(byte)
            position += 1
        }
    }

    private mutating func endLine() {
        // The line that begins now is indented when its first byte comes.
        let text = String(decoding: line, as: UTF8.self)
        if !text.allSatisfy({ $0 == " " }) { lines.append(text) }
        line = Array(repeating: UInt8(ascii: " "), count: 2 * max(0, depth))
    }

    private mutating func copyText() {
        let start = position
        position = endOfText(from: start)
        guard position - start > JSONLayout.textLimit else {
            line.append(contentsOf: bytes[start..<position])
            return
        }
        var end = start + JSONLayout.textLimit / 2
        // Neither a character nor an escape is cut in two.
        while end > start + 1, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        if let escape = bytes[(end - 6)..<end].lastIndex(of: UInt8(ascii: "\\")) { end = escape }
        while end > start + 1, bytes[end - 1] == UInt8(ascii: "\\") { end -= 1 }
        line.append(contentsOf: bytes[start..<end])
        line.append(contentsOf: "…\" (\(Decimals.bytes(position - start - 2)))".utf8)
    }

    private func endOfText(from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, bytes.count)
    }

    /// The end of the container that begins here, if it is short enough and holds no other but empty ones.
    private func endOfShortContainer() -> Int? {
        var index = position + 1
        let limit = min(bytes.count, position + JSONLayout.inlineLimit)
        while index < limit {
            switch bytes[index] {
            case UInt8(ascii: "}"), UInt8(ascii: "]"): return index + 1
            case UInt8(ascii: "{"), UInt8(ascii: "["): return nil
            case UInt8(ascii: "\""): index = endOfText(from: index)
            default: index += 1
            }
        }
        return nil
    }

    private mutating func copyInline(to end: Int) {
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let start = position
                position = endOfText(from: start)
                line.append(contentsOf: bytes[start..<position])
                continue
            case UInt8(ascii: ","), UInt8(ascii: ":"): line.append(contentsOf: [bytes[position], 0x20])
            case ...0x20: break
            default: line.append(bytes[position])
            }
            position += 1
        }
    }
}
