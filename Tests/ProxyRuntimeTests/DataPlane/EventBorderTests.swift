import NIOCore
import Testing

@testable import ProxyRuntime

@Suite("Borders between events")
struct EventBorderTests {
    static let streams: [(bytes: String, isAtBorder: Bool)] = [
        ("", true),
        ("data: 1\n\n", true),
        ("data: 1\r\n\r\n", true),
        ("data: 1\r\r", true),
        (": ping\n\n", true),
        ("data: 1\n\ndata: 2\n\n\n", true),
        ("d", false),
        ("data: 1", false),
        ("data: 1\n", false),
        ("data: 1\r\n", false),
        ("data: 1\r\n\r", false),
        ("data: 1\n\nd", false),
        ("data: 1\n\nevent: x\n", false),
    ]

    @Test("are known however the bytes are split", arguments: streams)
    func knowsBorder(_ row: (bytes: String, isAtBorder: Bool)) throws {
        for runs in [[Array(row.bytes.utf8)[...]], bytewise(row.bytes)] {
            var border = EventBorder(try response("Content-Type: text/event-stream; charset=utf-8"))
            for run in runs { border.pass(ByteBuffer(bytes: run)) }
            #expect(border.isKnown)
            #expect(border.isAtBorder == row.isAtBorder)
        }
    }

    static let heads: [(lines: [String], isKnown: Bool)] = [
        (["Content-Type: text/event-stream"], true),
        (["content-type: TEXT/Event-Stream;charset=utf-8", "Content-Encoding: identity"], true),
        (["Content-Type: text/event-stream", "Content-Encoding: gzip"], false),
        (["Content-Type: application/json"], false),
        (["A: b"], false),
    ]

    @Test("are only looked for in streams that can be read", arguments: heads)
    func looksOnlyWhereItCan(_ row: (lines: [String], isKnown: Bool)) throws {
        let text = "HTTP/1.1 200 OK\r\n" + row.lines.map { $0 + "\r\n" }.joined() + "\r\n"
        #expect(EventBorder(try head(text, isRequest: false)).isKnown == row.isKnown)
    }
}
