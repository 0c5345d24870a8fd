import NIOCore
import Recorder

extension HTTPHead {
    /// Writes a head of parts that are known, for the recorder.
    ///
    /// - Parameters:
    ///   - start: the three parts of the start line.
    ///   - fields: the header lines in order.
    init(start: (String, String, String), fields: [HeaderField]) {
        var bytes = ByteBuffer()
        func write(_ text: String, _ end: String) -> Part {
            let part = Part(start: bytes.readableBytes, length: text.utf8.count)
            bytes.writeString(text)
            bytes.writeString(end)
            return part
        }
        let (first, second, third) = (write(start.0, " "), write(start.1, " "), write(start.2, "\r\n"))
        let lines = fields.map { field in
            let known = Array(field.name.utf8).withUnsafeBytes { KnownHeader($0) }
            return Line(name: write(field.name, ": "), value: write(field.value, "\r\n"), known: known)
        }
        bytes.writeString("\r\n")
        self.init(bytes: bytes, first: first, second: second, third: third, lines: lines)
    }
}

extension DerivedHead {
    /// All lines of a head, as they are.
    init(keeping head: HTTPHead) {
        self.init()
        for index in head.lines.indices { keep(index) }
    }
}
