/// A run of a request body between two borders; the units of a body follow one another without a gap.
package struct BodyUnit: Hashable, Sendable {
    /// What lies between the borders.
    package enum Kind: Sendable {
        /// What is around the elements: other members, brackets, or a whole body that is not cut.
        case skeleton
        /// One element of an array, with the comma and the white space in front of it.
        case element
    }

    /// The top-level arrays whose elements are units of their own.
    package enum ElementArray: String, Sendable, CaseIterable {
        case messages, system, tools
    }

    /// Where the unit lies in the body.
    package var range: Range<Int>
    /// What it is.
    package var kind: Kind
    /// The array an element belongs to, or the one a skeleton's last byte opens; `nil` for a body's last skeleton.
    package var array: ElementArray?

    /// Makes a unit.
    package init(range: Range<Int>, kind: Kind, array: ElementArray? = nil) {
        self.range = range
        self.kind = kind
        self.array = array
    }

    /// Where an element's value lies, without the comma and the white space around it; `nil` for a skeleton.
    package func value(in body: UnsafeRawBufferPointer) -> JSONValue? {
        guard kind == .element, range.upperBound <= body.count else { return nil }
        var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: body[..<range.upperBound]), at: range.lowerBound)
        scanner.skipWhiteSpace()
        _ = scanner.skip(UInt8(ascii: ","))
        scanner.skipWhiteSpace()
        return JSONValue(body, range: scanner.position..<range.upperBound)
    }
}
