import NIOCore
import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

@Suite("Failures of the upstream", .timeLimit(.minutes(5)))
struct UpstreamFailureTests {
    private static let events = (1...5).map { ScriptedEvent("e", "{\"n\":\($0)}") }
    private static func text(_ numbers: ClosedRange<Int>) -> String {
        numbers.map { "event: e\ndata: {\"n\":\($0)}\n\n" }.joined()
    }

    @Test("nobody listens: 502")
    func refused() async throws {
        let closed = try ClosedPort()
        try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(closed.number)") { proxy in
            let client = try await proxy.client()
            for _ in 0..<2 {
                try await client.send(post())
                let answer = await client.readResponse()
                #expect(answer.status == 502)
                #expect(answer.values("x-tapedeck-error") == ["upstream_unreachable"])
                #expect(answer.text.contains("connection refused"))
                let item = try #require(try proxy.recorded(answer))
                #expect(item.kinds == [.network])
                #expect(item.exchange.attempts.first?.ending == .reset)
                #expect(item.exchange.attempts.first?.response == nil)
                #expect(item.exchange.attempts.first?.failure == "connection refused")
                #expect(item.exchange.response?.status == 502)
                #expect(item.responseText == answer.text)
                #expect(item.requestBody == Array(#"{"model":"m","messages":[]}"#.utf8))
            }
        }
    }

    @Test("no such host: 502")
    func unknownHost() async throws {
        try await ProxyUnderTest.run(upstream: "http://no-such-host.invalid") { proxy in
            let answer = try await proxy.answer(to: post())
            #expect(answer.status == 502)
            #expect(answer.values("x-tapedeck-error") == ["upstream_unreachable"])
        }
    }

    @Test("nobody accepts: 504")
    func connectTimeout() async throws {
        let full = try FullListener()
        try await ProxyUnderTest.run(
            upstream: "http://127.0.0.1:\(full.port)",
            { $0.dataPlane.limits.connect = .milliseconds(200) }
        ) { proxy in
            try await expectTimeout(proxy, "no connection within 200 ms")
        }
    }

    @Test("nothing comes: 504")
    func firstByteTimeout() async throws {
        try await ProxyUnderTest.run(
            answer: .fault(Fault(.hang)),
            { $0.dataPlane.limits.firstByte = .milliseconds(150) }
        ) { proxy, mock in
            try await expectTimeout(proxy, "no first byte of an answer within 150 ms")
            try await mock.openConnections(atMost: 0)
        }
    }

    @Test("a head and nothing more: 504, as nothing has gone to the client")
    func silenceBehindHead() async throws {
        var script = ScriptedAnswer.events(UpstreamFailureTests.events)
        script.fault = Fault(.hang, at: .afterHead)
        try await ProxyUnderTest.run(answer: script, { $0.dataPlane.limits.betweenBytes = .milliseconds(150) }) {
            proxy,
            _ in
            try await expectTimeout(proxy, "no further byte of the answer within 150 ms")
        }
    }

    private func expectTimeout(_ proxy: ProxyUnderTest, _ reason: String) async throws {
        let answer = try await proxy.answer(to: post())
        #expect(answer.status == 504)
        #expect(answer.values("x-tapedeck-error") == ["upstream_timeout"])
        #expect(answer.text.contains(#""type":"timeout_error""#))
        let item = try #require(try proxy.recorded(answer))
        #expect(item.kinds == [.timeout])
        #expect(item.exchange.attempts.first?.ending == .timeout)
        #expect(item.exchange.attempts.first?.failure == reason)
        #expect(item.exchange.response?.status == 504)
    }

    struct Early: Sendable, CustomTestStringConvertible {
        var fault: Fault
        var code: String
        var kind: AttemptKind
        var ending: Ending
        var testDescription: String { "\(fault.action) \(fault.moment)" }
    }

    static let early: [Early] = [
        Early(fault: Fault(.close), code: "upstream_closed", kind: .network, ending: .truncated),
        Early(fault: Fault(.reset), code: "upstream_closed", kind: .network, ending: .reset),
        Early(fault: Fault(.close, at: .afterHead), code: "upstream_closed", kind: .streamError, ending: .truncated),
        Early(fault: Fault(.reset, at: .afterHead), code: "upstream_closed", kind: .streamError, ending: .reset),
        Early(
            fault: Fault(.malformed("HTTP/9 what\r\n\r\n")),
            code: "upstream_malformed",
            kind: .serverError,
            ending: .truncated
        ),
        Early(
            fault: Fault(.malformed("HTTP/1.1 200 OK\r\nA : b\r\n\r\n")),
            code: "upstream_malformed",
            kind: .serverError,
            ending: .truncated
        ),
        Early(
            fault: Fault(.malformed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")),
            code: "upstream_malformed",
            kind: .serverError,
            ending: .truncated
        ),
        Early(
            fault: Fault(.malformed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")),
            code: "upstream_malformed",
            kind: .serverError,
            ending: .truncated
        ),
        Early(
            fault: Fault(.malformed("HTTP/1.1 200 OK\r\nA: ")),
            code: "upstream_closed",
            kind: .network,
            ending: .truncated
        ),
    ]

    @Test("an upstream that breaks before the first body byte: 502", arguments: early)
    func breaksEarly(_ row: Early) async throws {
        var script = ScriptedAnswer.events(UpstreamFailureTests.events)
        script.fault = row.fault
        try await ProxyUnderTest.run(answer: script) { proxy, mock in
            let answer = try await proxy.answer(to: post())
            #expect(answer.status == 502)
            #expect(answer.isWhole)
            #expect(answer.values("x-tapedeck-error") == [row.code])
            #expect(answer.text.contains(#""type":"api_error""#))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.kinds == [row.kind])
            #expect(item.exchange.attempts.first?.ending == row.ending)
            #expect(item.exchange.response?.status == 502)
            #expect(mock.received().count == 1)
        }
    }

    @Test(
        "half a head is an answer: the request is not sent again",
        arguments: ["HTTP/1.1 20", "HTTP/1.1 103 X\r\n\r\n"]
    )
    func halfAHead(begin: String) async throws {
        let rules = [
            ScenarioRule(times: 1, answer: .json("{}")), ScenarioRule(answer: .fault(Fault(.malformed(begin)))),
        ]
        try await ProxyUnderTest.run(Scenario(rules: rules)) { proxy, mock in
            let client = try await proxy.client()
            try await client.send(post())
            #expect(await client.readResponse().status == 200)
            try await client.send(post())
            if begin.hasSuffix("\r\n\r\n") { #expect(await client.readHead().hasPrefix("HTTP/1.1 103")) }
            #expect(await client.readResponse().status == 502)
            #expect(mock.received().count == 2)
        }
    }

    @Test(
        "a stream that breaks between events ends with an error event",
        arguments: [Fault.Action.close, .malformed("zz\r\n")]
    )
    func breaksBetweenEvents(action: Fault.Action) async throws {
        var script = ScriptedAnswer.events(UpstreamFailureTests.events)
        script.fault = Fault(action, at: .afterEvent(3))
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let client = try await proxy.client()
            try await client.send(post())
            let answer = await client.readResponse()
            try expectErrorEvent(answer, "api_error", behind: UpstreamFailureTests.text(1...3))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.kinds == [.streamError])
            #expect(item.exchange.ending == .truncated)
            #expect(item.responseText == answer.text)
            #expect(item.attemptBodies == [Array(UpstreamFailureTests.text(1...3).utf8)])
            #expect(item.hasSoundChunks)
            // The answer is framed properly, so the connection goes on.
            try await client.send(post())
            #expect(await client.readResponse().status == 200)
        }
    }

    @Test("a stream that falls silent between events ends with an error event")
    func silentBetweenEvents() async throws {
        var script = ScriptedAnswer.events(UpstreamFailureTests.events)
        script.fault = Fault(.hang, at: .afterEvent(2))
        try await ProxyUnderTest.run(answer: script, { $0.dataPlane.limits.betweenBytes = .milliseconds(150) }) {
            proxy,
            mock in
            let answer = try await proxy.answer(to: post())
            try expectErrorEvent(answer, "timeout_error", behind: UpstreamFailureTests.text(1...2))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.kinds == [.timeout])
            #expect(item.exchange.ending == .timeout)
            try await mock.openConnections(atMost: 0)
        }
    }

    private func expectErrorEvent(_ answer: RawResponse, _ type: String, behind text: String) throws {
        #expect(answer.isWhole)
        #expect(answer.text.hasPrefix(text + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"\(type)\""))
        #expect(answer.text.hasSuffix("}\n\n"))
        let id = try #require(answer.value("x-tapedeck-exchange"))
        #expect(answer.text.contains("\"request_id\":\"\(id)\""))
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var name: String
        var answer: ScriptedAnswer
        var begin: String?
        var ending = Ending.truncated
        var testDescription: String { name }
    }

    static let broken: [Broken] = [
        Broken(
            name: "inside an event",
            answer: ScriptedAnswer(content: .events(events), fault: Fault(.close, at: .insideEvent(2, bytes: 7))),
            begin: text(1...1) + "event: "
        ),
        Broken(
            name: "reset inside an event",
            answer: ScriptedAnswer(content: .events(events), fault: Fault(.reset, at: .insideEvent(2, bytes: 7))),
            begin: text(1...1) + "event: ",
            ending: .reset
        ),
        Broken(
            name: "compressed, between events",
            answer: ScriptedAnswer(content: .events(events), gzip: true, fault: Fault(.close, at: .afterBytes(40)))
        ),
        Broken(
            name: "of a known length, between events",
            answer: ScriptedAnswer(
                content: .events(events),
                framing: .contentLength,
                fault: Fault(.close, at: .afterEvent(2))
            ),
            begin: text(1...2)
        ),
        Broken(
            name: "JSON of a known length",
            answer: ScriptedAnswer(
                content: .body(contentType: "application/json", bytes: Array("{\"a\":1}".utf8)),
                fault: Fault(.close, at: .afterBytes(3))
            ),
            begin: "{\"a"
        ),
        Broken(
            name: "JSON in chunks",
            answer: ScriptedAnswer(
                content: .body(contentType: "application/json", bytes: Array("{\"a\":1}".utf8)),
                framing: .chunked,
                fault: Fault(.close, at: .afterBytes(3))
            )
        ),
        Broken(
            name: "an error's body",
            answer: ScriptedAnswer(
                status: 500,
                content: .body(contentType: "application/json", bytes: Array("{\"a\":1}".utf8)),
                fault: Fault(.close, at: .afterBytes(3))
            ),
            begin: "{\"a"
        ),
        Broken(
            name: "reset, where the close would be the end",
            answer: ScriptedAnswer(
                content: .body(contentType: "text/plain", bytes: Array("abcdef".utf8)),
                framing: .close,
                fault: Fault(.reset, at: .afterBytes(3))
            ),
            begin: "abc",
            ending: .reset
        ),
    ]

    @Test("what can't be ended well is aborted, never ended cleanly", arguments: broken)
    func aborts(_ row: Broken) async throws {
        try await ProxyUnderTest.run(answer: row.answer) { proxy, _ in
            let answer = try await proxy.answer(to: post())
            #expect(answer.status == row.answer.status)
            #expect(!answer.isWhole)
            if let begin = row.begin { #expect(answer.text == begin) }
            #expect(!answer.text.contains("event: error"))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.exchange.ending == row.ending)
            #expect(item.kinds == [.streamError])
            #expect(item.responseBody == answer.body)
            #expect(item.hasSoundChunks)
        }
    }

    @Test(
        "a client of HTTP/1.0 sees a reset where the close would be the end",
        arguments: [AnswerFraming.chunked, .close]
    )
    func resetsOldClients(framing: AnswerFraming) async throws {
        var script = ScriptedAnswer.events(UpstreamFailureTests.events)
        script.framing = framing
        script.fault = Fault(.reset, at: .afterEvent(2))
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let client = try await proxy.client()
            try await client.send(post(version: "HTTP/1.0"))
            let answer = await client.readResponse()
            #expect(!answer.isWhole)
            #expect(client.end == .reset)
        }
    }

    @Test("an error event in a whole stream is passed on and recorded as such")
    func errorEvent() async throws {
        let error = ScriptedEvent(
            "error",
            #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        )
        try await ProxyUnderTest.run(answer: .events([UpstreamFailureTests.events[0], error])) { proxy, _ in
            let answer = try await proxy.answer(to: post())
            #expect(answer.isWhole)
            #expect(answer.text.hasSuffix("\"message\":\"Overloaded\"}}\n\n"))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.exchange.ending == .errorEvent)
            #expect(item.kinds == [.overloaded])
        }
    }
}
