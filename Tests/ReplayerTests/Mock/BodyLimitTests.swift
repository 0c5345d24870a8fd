import Replayer
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BodyLimitTests {
    private static let expected = """
        HTTP/1.1 413 Content Too Large\r
        content-type: application/json\r
        content-length: 114\r
        x-tapedeck-error: request_too_large\r
        x-should-retry: false\r
        connection: close\r
        \r
        {"type":"error","error":{"type":"request_too_large","message":"replayer takes request bodies of at most 64 MiB"}}

        """

    private func run(_ body: (MockUpstream, RawClient) async throws -> Void) async throws {
        let lines = Mutex<[String]>([])
        let mock = MockUpstream(
            scenario: Scenario(rules: [ScenarioRule(answer: .text("ok", contentType: nil))]),
            report: { line in lines.withLock { $0.append(line) } }
        )
        let port = try await mock.start()
        try await body(mock, try await RawClient.connect(port))
        #expect(lines.withLock { $0 } == ["refused: a POST whose body is larger than 64 MiB"])
        try await mock.stop()
    }

    @Test("a body that is announced as too large is refused before it comes, behind the answers before it")
    func aBodyThatIsAnnounced() async throws {
        try await run { mock, client in
            try await client.send(
                """
                GET /a HTTP/1.1\r\n\r\n\
                POST /b HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 67108865\r\n\r\nThis is not all.
                """
            )
            let text = String(decoding: await client.readToEnd(), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix("\r\n\r\nok" + Self.expected))
            #expect(client.end == .closed)
            #expect(mock.received().map(\.path) == ["/a"])
        }
    }

    @Test("a body in chunks is refused when it has become too large, and its client can read that")
    func aBodyInChunks() async throws {
        try await run { mock, client in
            try await client.send("POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4400000\r\n")
            // 68 MiB, of which the last ones come when the answer is on its way.
            for _ in 0..<68 { try await client.send([UInt8](repeating: 0x61, count: 1 << 20)) }
            #expect(String(decoding: await client.readToEnd(), as: UTF8.self) == Self.expected)
            #expect(client.end == .closed)
            #expect(mock.received().isEmpty)
        }
    }

    @Test("a body of 64 MiB is taken")
    func theLargestBody() async throws {
        let mock = MockUpstream(scenario: Scenario(rules: [ScenarioRule(answer: .text("ok", contentType: nil))]))
        let client = try await RawClient.connect(try await mock.start())
        try await client.send("POST /b HTTP/1.1\r\nConnection: close\r\nContent-Length: 67108864\r\n\r\n")
        for _ in 0..<64 { try await client.send([UInt8](repeating: 0x61, count: 1 << 20)) }
        #expect(String(decoding: await client.readToEnd(), as: UTF8.self).hasSuffix("\r\n\r\nok"))
        #expect(mock.received().map(\.body.count) == [64 << 20])
        try await mock.stop()
    }
}
