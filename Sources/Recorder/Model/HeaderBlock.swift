/// The header lines of a message in wire order, with case and repeats, in one run of bytes.
///
/// A collection of `HeaderField`s; strings are made only for the lines that are read.
package struct HeaderBlock: Sendable {
    /// Where one line's name and value lie in `bytes`.
    package struct Line: Hashable, Sendable {
        var nameStart: Int32
        var valueStart: Int32
        var valueEnd: Int32
    }

    private(set) var bytes: [UInt8]
    private(set) var lines: [Line]

    /// Makes an empty block.
    package init() {
        bytes = []
        lines = []
    }

    /// Makes a block of the given lines.
    package init(_ fields: [HeaderField]) {
        self.init()
        for field in fields {
            append(name: field.name.utf8, value: field.value.utf8)
        }
    }

    /// Makes room for that many lines and bytes.
    package mutating func reserve(lines lineCount: Int, bytes byteCount: Int) {
        lines.reserveCapacity(lineCount)
        bytes.reserveCapacity(byteCount)
    }

    /// Adds a line at the end.
    package mutating func append(name: some Collection<UInt8>, value: some Collection<UInt8>) {
        let start = Int32(truncatingIfNeeded: bytes.count)
        bytes.append(contentsOf: name)
        let middle = Int32(truncatingIfNeeded: bytes.count)
        bytes.append(contentsOf: value)
        lines.append(Line(nameStart: start, valueStart: middle, valueEnd: Int32(truncatingIfNeeded: bytes.count)))
    }

    /// Adds lines of another block at the end, in one copy.
    package mutating func append(_ range: Range<Int>, of other: HeaderBlock) {
        guard let first = range.first, let last = range.last else { return }
        let start = other.lines[first].nameStart
        let shift = Int32(truncatingIfNeeded: bytes.count) - start
        bytes.append(contentsOf: other.bytes[Int(start)..<Int(other.lines[last].valueEnd)])
        for line in other.lines[range] {
            lines.append(
                Line(
                    nameStart: line.nameStart + shift,
                    valueStart: line.valueStart + shift,
                    valueEnd: line.valueEnd + shift
                )
            )
        }
    }

    /// The bytes of a line's name.
    package func name(at index: Int) -> ArraySlice<UInt8> {
        bytes[Int(lines[index].nameStart)..<Int(lines[index].valueStart)]
    }

    /// The bytes of a line's value.
    package func value(at index: Int) -> ArraySlice<UInt8> {
        bytes[Int(lines[index].valueStart)..<Int(lines[index].valueEnd)]
    }

    /// The value of the first line of that name, in any case of letters.
    package func first(_ name: String) -> String? {
        first { $0.name.equalsIgnoringCase(name) }?.value
    }

    /// Whether line `index` equals line `other` of another block byte for byte.
    func line(at index: Int, equals other: Int, of block: HeaderBlock) -> Bool {
        let a = lines[index]
        let b = block.lines[other]
        guard a.valueStart - a.nameStart == b.valueStart - b.nameStart,
            a.valueEnd - a.valueStart == b.valueEnd - b.valueStart
        else { return false }
        let length = Int(a.valueEnd - a.nameStart)
        return bytes.withUnsafeBytes { mine in
            block.bytes.withUnsafeBytes { theirs in
                UnsafeRawBufferPointer(rebasing: mine[Int(a.nameStart)..<Int(a.nameStart) + length])
                    .hasSameBytes(
                        as: UnsafeRawBufferPointer(rebasing: theirs[Int(b.nameStart)..<Int(b.nameStart) + length])
                    )
            }
        }
    }
}

extension HeaderBlock: RandomAccessCollection {
    /// Always 0.
    package var startIndex: Int { 0 }
    /// The number of lines.
    package var endIndex: Int { lines.count }

    /// The line at `index`; bytes that are not UTF-8 are read as ISO 8859-1.
    package subscript(index: Int) -> HeaderField {
        HeaderField(HeaderBlock.text(name(at: index)), HeaderBlock.text(value(at: index)))
    }

    /// Whether all lines are UTF-8.
    var isText: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// The line at `index`, read as ISO 8859-1, which gives every byte a character.
    func latin(at index: Int) -> HeaderField {
        HeaderField(HeaderBlock.latin(name(at: index)), HeaderBlock.latin(value(at: index)))
    }

    private static func latin(_ bytes: ArraySlice<UInt8>) -> String {
        String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return latin(bytes)
    }
}

extension HeaderBlock: Equatable {
    /// Whether both hold the same lines, byte for byte and in the same order.
    package static func == (left: HeaderBlock, right: HeaderBlock) -> Bool {
        left.lines == right.lines && left.bytes == right.bytes
    }
}
