import NIOCore
import Recorder

@testable import ProxyRuntime

/// A head from text, for tests of what comes behind the parser.
func head(_ text: String, isRequest: Bool = true) throws -> HTTPHead {
    var parser = HTTPHeadParser(limit: 1 << 20)
    var buffer = ByteBuffer(string: text)
    guard let head = try parser.parse(&buffer, isRequest: isRequest) else {
        throw HTTPParseError("the test's head is not whole: \(text)")
    }
    return head
}

/// A request head of these header lines.
func request(_ lines: String..., start: String = "POST /v1/messages HTTP/1.1") throws -> HTTPHead {
    try head(start + "\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n")
}

/// A response head of these header lines.
func response(_ lines: String..., start: String = "HTTP/1.1 200 OK") throws -> HTTPHead {
    try head(start + "\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n", isRequest: false)
}

/// What a parser of heads made of some bytes: each head's parts and lines as text, the error, the rest.
struct ParsedHeads: Equatable, CustomStringConvertible {
    var heads: [[String]] = []
    var status: Int?
    var rest = ""

    /// Feeds the runs one after the other and takes heads as they come.
    init(_ runs: some Sequence<ArraySlice<UInt8>>, isRequest: Bool = true, limit: Int = 1 << 16) {
        var parser = HTTPHeadParser(limit: limit)
        var buffer = ByteBuffer()
        feeding: for run in runs {
            buffer.writeBytes(run)
            do throws(HTTPParseError) {
                while let head = try parser.parse(&buffer, isRequest: isRequest) {
                    let lines = head.lines.map { head.text($0.name) + "=" + head.text($0.value) }
                    heads.append([head.first, head.second, head.third].map(head.text) + lines)
                }
            } catch {
                status = error.status
                break feeding
            }
        }
        if status == nil { rest = String(buffer: buffer) }
    }

    /// Feeds all at once.
    init(_ text: String, isRequest: Bool = true, limit: Int = 1 << 16) {
        self.init([Array(text.utf8)[...]], isRequest: isRequest, limit: limit)
    }

    var description: String { "\(heads) status=\(status.map(String.init) ?? "-") rest=\(rest.debugDescription)" }
}

/// Every byte on its own.
func bytewise(_ text: String) -> [ArraySlice<UInt8>] {
    Array(text.utf8).map { [$0] }
}
