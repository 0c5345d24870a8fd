/// Writes JSON as text: the scripts decide the order of members and the form of numbers, no encoder does.
enum JSONText {
    /// Quotes and escapes a string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        result.reserveCapacity(text.utf8.count + 2)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Tells whether a text is a number by JSON's grammar (RFC 8259, section 6).
    static func isNumber(_ text: String) -> Bool {
        var rest = Substring(text)
        func dropDigits() -> Int {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }.count
            rest = rest.dropFirst(digits)
            return digits
        }
        if rest.first == "-" { rest = rest.dropFirst() }
        let leadingZero = rest.first == "0"
        let integerDigits = dropDigits()
        guard integerDigits == 1 || (integerDigits > 1 && !leadingZero) else { return false }
        if rest.first == "." {
            rest = rest.dropFirst()
            guard dropDigits() > 0 else { return false }
        }
        if rest.first == "e" || rest.first == "E" {
            rest = rest.dropFirst()
            if rest.first == "+" || rest.first == "-" { rest = rest.dropFirst() }
            guard dropDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
