import ProxyRuntime
import Recorder
import TestSupport
import Testing

@Suite("Requests that an upstream has read or has not", .timeLimit(.minutes(5)))
struct UnreadRequestTests {
    private static let fine = RawUpstream.Reply.text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    @Test("a POST that was read is not sent again, however soon the upstream closes")
    func postIsSentOnce() async throws {
        try await RawUpstream.run([Self.fine, .last("")]) { upstream, port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)") { proxy in
                let client = try await proxy.client()
                try await client.send(post())
                #expect(await client.readResponse().status == 200)
                try await client.send(post(path: "/v1/second"))
                let answer = await client.readResponse()
                #expect(answer.status == 502)
                #expect(answer.values("x-tapedeck-error") == ["upstream_closed"])
                #expect(upstream.requests.count == 2)
                #expect(try proxy.recorded(answer)?.kinds == [.network])
            }
        }
    }

    @Test("a GET may be sent again")
    func getIsSentAgain() async throws {
        try await RawUpstream.run([Self.fine, .last(""), Self.fine]) { upstream, port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)") { proxy in
                let client = try await proxy.client()
                for _ in 0..<2 {
                    try await client.send(get("/v1/models"))
                    #expect(await client.readResponse().status == 200)
                }
                #expect(upstream.requests.count == 3)
            }
        }
    }

    @Test("an event stream that ends with the connection inside an event is no whole one")
    func halfEvent() async throws {
        let reply = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {}\n\ndata: {\"half"
        try await RawUpstream.run([.last(reply)]) { _, port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)") { proxy in
                let client = try await proxy.client()
                try await client.send(post())
                let answer = await client.readResponse()
                #expect(answer.status == 200)
                #expect(!answer.isWhole)
                #expect(try proxy.recorded(answer)?.exchange.ending == .truncated)
            }
        }
    }

    @Test("a host with several addresses is reached at the one that answers")
    func severalAddresses() async throws {
        // `localhost` is ::1 as well in most places; nobody listens there.
        try await RawUpstream.run([Self.fine]) { upstream, port in
            try await ProxyUnderTest.run(upstream: "http://localhost:\(port)") { proxy in
                let client = try await proxy.client()
                for _ in 0..<2 {
                    try await client.send(post())
                    #expect(await client.readResponse().text == "{}")
                }
                #expect(upstream.requests.count == 2)
            }
        }
    }

    @Test(
        "what two readers could read in two ways is refused",
        arguments: [
            "GET http://h?x=/v1/m HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /v1/m HTTP/1.1\r\nHost: h\r\nConnection: "
                + (0..<65).map { "x\($0)" }.joined(separator: ", ") + "\r\n\r\n",
        ]
    )
    func refuses(request: String) async throws {
        try await RawUpstream.run([Self.fine]) { upstream, port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)") { proxy in
                let client = try await proxy.client()
                try await client.send(request)
                #expect(await client.readResponse().status == 400)
                #expect(upstream.requests.isEmpty)
            }
        }
    }

    @Test("every Expect line counts, and an empty body gets no 100")
    func expectations() async throws {
        try await RawUpstream.run([Self.fine]) { _, port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)") { proxy in
                let first = try await proxy.client()
                try await first.send(
                    "POST /v1/m HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nExpect: foo\r\nContent-Length: 2\r\n\r\n"
                )
                #expect(await first.readResponse().status == 417)
                let second = try await proxy.client()
                try await second.send(
                    "POST /v1/m HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n"
                )
                #expect(await second.readResponse().status == 200)
            }
        }
    }
}
