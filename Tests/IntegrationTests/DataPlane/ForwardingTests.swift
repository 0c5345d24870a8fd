import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

@Suite("Forwarding", .timeLimit(.minutes(5)))
struct ForwardingTests {
    @Test("requests and answers go through byte for byte")
    func isByteExact() async throws {
        let answerBody = "{\"a\" : [1,2 ], \"é\":\"\\u00e9\"}\n"
        let lines =
            "Z-First: 1\r\ncontent-TYPE: application/json\r\nSet-Cookie: a=1\r\nset-cookie:b=2\r\n"
            + "CONTENT-length: \(answerBody.utf8.count)\r\nX-Odd: \t spaced \r\n"
        let reply = "HTTP/1.1 200 Fine by me\r\n" + lines + "\r\n" + answerBody
        try await RawUpstream.run([.text(reply)]) { upstream, upstreamPort in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(upstreamPort)/prefix") { proxy in
                let body = "{\"model\" : \"m\",\n\"unknown\":{\"x\":1e2}, \"messages\":[] }"
                let rest =
                    "content-Type: application/json\r\nx-API-key:k\r\nX-Twice: 1\r\nx-twice: 2\r\nUser-Agent: a/1 (b)\r\n"
                    + "anthropic-version:  2023-06-01\r\ncontent-length: \(body.utf8.count)\r\n\r\n" + body
                let client = try await proxy.client()
                try await client.send("POST /v1/messages?beta=true&q=%2F HTTP/1.1\r\nhost: me:8080\r\n" + rest)
                let answer = await client.readResponse()
                #expect(
                    upstream.requests == [
                        "POST /prefix/v1/messages?beta=true&q=%2F HTTP/1.1\r\nhost: 127.0.0.1:\(upstreamPort)\r\n"
                            + rest
                    ]
                )
                let id = try #require(answer.value("x-tapedeck-exchange"))
                #expect(answer.head == "HTTP/1.1 200 Fine by me\r\n" + lines + "x-tapedeck-exchange: \(id)\r\n\r\n")
                #expect(answer.text == answerBody)
                let item = try #require(try proxy.recorded(answer))
                #expect(item.exchange.request.path == "/v1/messages")
                #expect(item.exchange.request.query == "beta=true&q=%2F")
                #expect(String(decoding: item.requestBody, as: UTF8.self) == body)
                #expect(item.responseText == answerBody)
                #expect(item.attemptBodies == [Array(answerBody.utf8)])
                #expect(item.kinds == [.success])
                #expect(item.exchange.ending == .complete)
                #expect(item.exchange.model == "m")
                #expect(item.exchange.request.headers.map(\.name).prefix(3) == ["host", "content-Type", "x-API-key"])
                #expect(item.exchange.attempts.first?.request.headers.first("host") == "127.0.0.1:\(upstreamPort)")
                #expect(item.hasSoundChunks)
            }
        }
    }

    private static let events = [
        ScriptedEvent("message_start", #"{"type":"message_start","message":{"usage":{"input_tokens":1}}}"#),
        ScriptedEvent("ping", "{}"), ScriptedEvent.raw(": comment\n\n"), ScriptedEvent("x", "é\n\u{1F600}"),
        ScriptedEvent("message_stop", #"{"type":"message_stop"}"#),
    ]

    private static let eventText =
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":"
        + "{\"input_tokens\":1}}}\n\nevent: ping\ndata: {}\n\n: comment\n\nevent: x\ndata: é\ndata: \u{1F600}\n\n"
        + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"

    @Test("streams come through unchanged however they are split", arguments: [1, 3, 7, 1000])
    func streams(split: Int) async throws {
        var script = ScriptedAnswer.events(ForwardingTests.events)
        script.pace.split = split
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let answer = try await proxy.answer(to: post())
            #expect(answer.isWhole)
            #expect(answer.values("transfer-encoding") == ["chunked"])
            #expect(answer.text == ForwardingTests.eventText)
            let item = try #require(try proxy.recorded(answer))
            #expect(item.responseText == ForwardingTests.eventText)
            #expect(item.hasSoundChunks)
        }
    }

    @Test("an event reaches the client while the stream is still open")
    func streamsAtOnce() async throws {
        var script = ScriptedAnswer.events([ScriptedEvent("a", "1"), ScriptedEvent("b", "2")])
        script.fault = Fault(.hang, at: .afterEvent(1))
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let client = try await proxy.client()
            try await client.send(post())
            #expect(await client.readHead().hasPrefix("HTTP/1.1 200 "))
            #expect(await client.read(through: "\n\n") == "12\r\nevent: a\ndata: 1\n\n")
            try await client.close()
        }
    }

    @Test("compressed streams come through as they are")
    func gzip() async throws {
        var script = ScriptedAnswer.events(ForwardingTests.events)
        script.gzip = true
        try await ProxyUnderTest.run(answer: script) { proxy, mock in
            let direct = try await RawClient.connect(Int(mock.baseURL.split(separator: ":").last ?? "") ?? 0)
            try await direct.send(post())
            let expected = await direct.readResponse()
            let answer = try await proxy.answer(to: post(lines: ["Accept-Encoding: gzip"]))
            #expect(answer.value("content-encoding") == "gzip")
            #expect(answer.body == expected.body)
            #expect(answer.isWhole)
            #expect(try proxy.recorded(answer)?.exchange.response?.body.wireLength == expected.body.count)
        }
    }

    @Test("an answer that ends with its connection becomes one that can be told whole")
    func closeDelimited() async throws {
        var script = ScriptedAnswer.text("to the end", contentType: "text/plain")
        script.framing = .close
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let client = try await proxy.client()
            for _ in 0..<2 {
                try await client.send(post())
                let answer = await client.readResponse()
                #expect(answer.text == "to the end")
                #expect(answer.isWhole)
                #expect(answer.values("transfer-encoding") == ["chunked"])
                #expect(try proxy.recorded(answer)?.exchange.ending == .complete)
            }
        }
    }

    @Test("answers without a body", arguments: [("HEAD", 200), ("GET", 204), ("GET", 304)])
    func withoutBody(_ row: (method: String, status: Int)) async throws {
        var script = ScriptedAnswer.text("12345", contentType: "text/plain", status: row.status)
        if row.status == 304 { script.headers = [ScriptedHeader("Content-Length", "5")] }
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let client = try await proxy.client()
            for _ in 0..<2 {
                try await client.send(get(method: row.method))
                let answer = await client.readResponse(hasBody: false)
                #expect(answer.status == row.status)
                #expect(answer.values("content-length") == (row.status == 204 ? [] : ["5"]))
                #expect(answer.values("transfer-encoding") == [])
                #expect(try proxy.recorded(answer)?.responseBody == [])
            }
        }
    }

    @Test("interim answers are passed on, but for the upstream's 100")
    func interim() async throws {
        var script = ScriptedAnswer.json("{}")
        script.interim = [
            InterimAnswer(status: 100, headers: []),
            InterimAnswer(status: 103, headers: [ScriptedHeader("Link", "</a>")]),
        ]
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let client = try await proxy.client()
            try await client.send(get())
            let interim = await client.readHead()
            #expect(interim.hasPrefix("HTTP/1.1 103 "))
            #expect(interim.hasSuffix("\r\nLink: </a>\r\n\r\n"))
            #expect(await client.readResponse().text == "{}")
            // HTTP/1.0 knows no interim answers.
            let old = try await proxy.answer(to: get(version: "HTTP/1.0"))
            #expect(old.status == 200)
        }
    }

    @Test("HTTP/1.0 clients get answers that they can read")
    func oldClients() async throws {
        try await ProxyUnderTest.run(answer: .events([ScriptedEvent("a", "1")])) { proxy, _ in
            let client = try await proxy.client()
            try await client.send("POST /v1/messages HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}")
            let answer = await client.readResponse()
            #expect(answer.values("transfer-encoding") == [])
            #expect(answer.values("connection") == ["close"])
            #expect(answer.text == "event: a\ndata: 1\n\n")
            #expect(client.end == .closed)
        }
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, _ in
            let client = try await proxy.client()
            for _ in 0..<2 {
                try await client.send(get(version: "HTTP/1.0", lines: ["Connection: Keep-Alive"]))
                let answer = await client.readResponse()
                #expect(answer.text == "{}")
                #expect(answer.values("connection") == ["keep-alive"])
            }
        }
    }

    @Test("Connection: close is obeyed")
    func closes() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, _ in
            let client = try await proxy.client()
            try await client.send(get(lines: ["Connection: close"]) + get())
            let answer = await client.readResponse()
            #expect(answer.text == "{}")
            #expect(answer.values("connection") == ["close"])
            #expect(await client.readToEnd() == [])
            #expect(client.end == .closed)
        }
    }

    @Test("many requests sent at once are answered in their order")
    func pipelines() async throws {
        let rules = (1...5).map { number in
            var script = ScriptedAnswer.json("{\"n\":\(number)}")
            // The first is the slowest: order is not a matter of luck.
            script.pace.head = .milliseconds(number == 1 ? 60 : 1)
            return ScenarioRule(match: RequestMatch(path: "/v1/\(number)"), answer: script)
        }
        try await ProxyUnderTest.run(Scenario(rules: rules)) { proxy, mock in
            let client = try await proxy.client()
            try await client.send((1...5).map { post("{\"q\":\($0)}", path: "/v1/\($0)") }.joined())
            for number in 1...5 {
                #expect(await client.readResponse().text == "{\"n\":\(number)}")
            }
            #expect(mock.received().map(\.bodyText) == (1...5).map { "{\"q\":\($0)}" })
            #expect(try proxy.recorded().map(\.exchange.request.path) == (1...5).map { "/v1/\($0)" })
        }
    }

    @Test("a request that comes byte by byte is a request")
    func bytewise() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let client = try await proxy.client()
            for byte in ("\r\n" + post("{\"a\":1}")).utf8 { try await client.send([byte]) }
            #expect(await client.readResponse().text == "{}")
            #expect(mock.received().map(\.bodyText) == ["{\"a\":1}"])
        }
    }

    @Test("chunked uploads arrive with a length", arguments: [1, 10, 5000])
    func chunkedUpload(size: Int) async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let body = "{\"text\":\"" + String(repeating: "0123456789", count: 300) + "\"}"
            let head = ["POST /v1/messages HTTP/1.1", "Host: p", "Transfer-Encoding: chunked", "X: y", "", ""]
            let client = try await proxy.client()
            for _ in 0..<2 {
                try await client.send(head.joined(separator: "\r\n") + chunked(body, size: size))
                #expect(await client.readResponse().status == 200)
            }
            for received in mock.received() {
                #expect(received.bodyText == body)
                #expect(received.headers.map(\.name) == ["Host", "Content-Length", "X"])
            }
            #expect(mock.received().count == 2)
        }
    }

    @Test("large bodies go both ways")
    func largeBodies() async throws {
        let text = String(repeating: "a long text ", count: 400_000)
        try await ProxyUnderTest.run(answer: .json("{\"b\":\"\(text)\"}")) { proxy, mock in
            let answer = try await proxy.answer(to: post("{\"a\":\"\(text)\"}"))
            #expect(answer.text == "{\"b\":\"\(text)\"}")
            #expect(mock.received().first?.bodyText == "{\"a\":\"\(text)\"}")
            let item = try #require(try proxy.recorded(answer))
            #expect(item.requestBody == Array("{\"a\":\"\(text)\"}".utf8))
            #expect(item.responseText == answer.text)
            #expect(item.hasSoundChunks)
        }
    }

    @Test("errors of the upstream are the client's, unchanged", arguments: [400, 401, 404, 429, 500, 529])
    func upstreamErrors(status: Int) async throws {
        var script = ScriptedAnswer.error(ScriptedError(status: status, type: "some_error", message: "No \"way\""))
        script.headers = [
            ScriptedHeader("Retry-After", "7"), ScriptedHeader("anthropic-RateLimit-requests-limit", "5"),
        ]
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let answer = try await proxy.answer(to: post())
            #expect(answer.status == status)
            #expect(answer.values("x-tapedeck-error") == [])
            #expect(answer.headers.contains { $0.name == "anthropic-RateLimit-requests-limit" && $0.value == "5" })
            #expect(answer.text.hasPrefix(#"{"type":"error","error":{"type":"some_error","message":"No \"way\""}"#))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.exchange.response?.status == status)
            #expect(item.exchange.ending == .complete)
            #expect(item.responseText == answer.text)
        }
    }

    @Test("an upstream that answers before it has read the body is heard")
    func earlyAnswer() async throws {
        let reply = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        try await EarlyUpstream.run(reply) { port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)") { proxy in
                let answer = try await proxy.answer(to: post(String(repeating: "x", count: 8 << 20)))
                #expect(answer.status == 413)
                #expect(answer.text == "{}")
            }
        }
    }
}
