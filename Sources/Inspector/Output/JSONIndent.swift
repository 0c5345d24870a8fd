/// Lays JSON out for a file that a person opens: two spaces a level, nothing cut.
enum JSONIndent {
    /// A container without others in it and of up to that many bytes stays on one line.
    private static let inlineLimit = 100

    /// Lays out one valid JSON value that stands on one line without white space between its tokens.
    ///
    /// - Returns: the same value over several lines, with a line end.
    static func indented(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count * 2)
        var depth = 0
        var inlineEnd = 0
        var position = 0
        func newLine() {
            result.append(UInt8(ascii: "\n"))
            result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        }
        while position < json.count {
            let byte = json[position]
            let isInline = position < inlineEnd
            switch byte {
            case UInt8(ascii: "\""):
                let end = endOfText(json, position)
                result += json[position..<end]
                position = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                result.append(byte)
                if !isInline {
                    inlineEnd = endOfShortContainer(json, position) ?? 0
                    if position >= inlineEnd {
                        depth += 1
                        newLine()
                    }
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if !isInline {
                    depth = max(0, depth - 1)
                    newLine()
                }
                result.append(byte)
            case UInt8(ascii: ","):
                result.append(byte)
                if isInline { result.append(UInt8(ascii: " ")) } else { newLine() }
            case UInt8(ascii: ":"): result += ": ".utf8
            case UInt8(ascii: "\n"): break
            default: result.append(byte)
            }
            position += 1
        }
        result.append(UInt8(ascii: "\n"))
        return result
    }

    /// The position behind a text that begins at `start`.
    private static func endOfText(_ json: [UInt8], _ start: Int) -> Int {
        var position = start + 1
        while position < json.count, json[position] != UInt8(ascii: "\"") {
            position += json[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(json.count, position + 1)
    }

    private static func endOfShortContainer(_ json: [UInt8], _ start: Int) -> Int? {
        var position = start + 1
        while position < json.count, position - start < inlineLimit {
            switch json[position] {
            case UInt8(ascii: "\""): position = endOfText(json, position)
            case UInt8(ascii: "{"), UInt8(ascii: "["): return nil
            case UInt8(ascii: "}"), UInt8(ascii: "]"): return position + 1
            default: position += 1
            }
        }
        return nil
    }
}
