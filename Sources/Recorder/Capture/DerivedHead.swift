/// A head that was made from another one: most lines are the other's, a few are new.
///
/// So the recorder masks a line once, however many heads it went into.
package struct DerivedHead: Sendable {
    /// A line of a derived head.
    package enum Line: Sendable {
        /// Lines of the original head, unchanged and in order.
        case original(Range<Int>)
        /// A line the proxy wrote.
        case written(HeaderField)
    }

    /// The lines in wire order.
    package private(set) var lines: [Line] = []

    /// Makes a head without lines.
    package init() {}

    /// Adds a line of the original.
    package mutating func keep(_ index: Int) {
        if case .original(let range)? = lines.last, range.upperBound == index {
            lines[lines.count - 1] = .original(range.lowerBound..<index + 1)
        } else {
            lines.append(.original(index..<index + 1))
        }
    }

    /// Adds a line that the proxy wrote.
    package mutating func write(_ name: String, _ value: String) {
        lines.append(.written(HeaderField(name, value)))
    }
}
