/// One header line as it stood on the wire; a list of them keeps order, case and repeats.
package struct HeaderField: Hashable, Sendable {
    /// The name in the sender's own case.
    package var name: String
    /// The value without surrounding white space; bytes that are not UTF-8 are read as ISO 8859-1.
    package var value: String

    /// Makes a header line.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension StringProtocol {
    /// Whether two ASCII texts are equal but for the case of letters.
    package func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
        var left = utf8.makeIterator()
        var right = other.utf8.makeIterator()
        while true {
            switch (left.next(), right.next()) {
            case (nil, nil): return true
            case (let a?, let b?) where a == b || (a | 0x20 == b | 0x20 && (0x61...0x7A).contains(a | 0x20)): continue
            default: return false
            }
        }
    }

    /// The text without spaces and tabulators at its ends.
    package var trimmingSpaces: String {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
