import NIOCore
import Recorder

/// Writes a head that takes most of its lines from another one: neighbouring lines go over in one copy.
struct HeadWriter {
    /// The head as bytes, complete after `finish()`.
    private(set) var bytes: ByteBuffer
    /// The same as lines of the original and lines written here, for the record.
    private(set) var derived = DerivedHead()

    private let original: HTTPHead
    private var run: Range<Int>?

    init(_ original: HTTPHead, capacity: Int, allocator: ByteBufferAllocator) {
        self.original = original
        bytes = allocator.buffer(capacity: capacity)
    }

    /// Writes text of the start line.
    mutating func start(_ text: StaticString) {
        bytes.writeStaticString(text)
    }

    /// Writes text of the start line.
    mutating func start(_ text: String) {
        bytes.writeString(text)
    }

    /// Writes a part of the original's start line.
    mutating func start(_ part: HTTPHead.Part) {
        copy(part.range)
    }

    /// Takes line `index` of the original as it came, white space included.
    mutating func keep(_ index: Int) {
        let start = Int(original.lines[index].name.start)
        let isLast = index + 1 == original.lines.count
        let end = isLast ? original.bytes.readableBytes - 2 : Int(original.lines[index + 1].name.start)
        if let open = run, open.upperBound == start {
            run = open.lowerBound..<end
        } else {
            endRun()
            run = start..<end
        }
        derived.keep(index)
    }

    /// Writes a line of the proxy's own.
    mutating func write(_ name: String, _ value: String) {
        endRun()
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
        derived.write(name, value)
    }

    /// Writes the empty line.
    mutating func finish() {
        endRun()
        bytes.writeStaticString("\r\n")
    }

    private mutating func endRun() {
        guard let run else { return }
        copy(run)
        self.run = nil
    }

    private mutating func copy(_ range: Range<Int>) {
        _ = original.bytes.withUnsafeReadableBytes {
            bytes.writeBytes(UnsafeRawBufferPointer(rebasing: $0[range]))
        }
    }
}
