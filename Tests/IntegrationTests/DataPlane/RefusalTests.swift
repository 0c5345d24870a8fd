import NIOCore
import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

@Suite("Refusals", .timeLimit(.minutes(5)))
struct RefusalTests {
    private static let continues = "HTTP/1.1 100 Continue\r\n\r\n"

    @Test("Expect: 100-continue gets one 100, then the answer")
    func continues() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let client = try await proxy.client()
            let head = "POST /v1/messages HTTP/1.1\r\nHost: p\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
            for _ in 0..<2 {
                try await client.send(head)
                #expect(await client.readHead() == RefusalTests.continues)
                try await client.send("{}")
                #expect(await client.readResponse().status == 200)
            }
            #expect(mock.received().map(\.bodyText) == ["{}", "{}"])
        }
    }

    @Test("a client that does not wait for the 100 gets none")
    func needsNoContinue() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, _ in
            let answer = try await proxy.answer(to: post(lines: ["Expect: 100-continue"]))
            #expect(answer.status == 200)
        }
    }

    @Test("HTTP/1.0 knows no expectations")
    func oldExpectation() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, _ in
            let client = try await proxy.client()
            try await client.send("POST /v1/m HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            try await client.send("{}")
            #expect(await client.readResponse().status == 200)
        }
    }

    @Test("a request of HTTP/1.1 names its host", arguments: ["", "Host: a\r\nHost: a\r\n"])
    func needsHost(lines: String) async throws {
        try await refuses("GET /v1/models HTTP/1.1\r\n\(lines)\r\n", 400, "bad_request")
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        var text: String
        var status = 400
        var testDescription: String { text.debugDescription }
    }

    static let malformed: [Malformed] = [
        Malformed(text: "GET /v1/m HTTP/1.1\nHost: a\n\n"),
        Malformed(text: "GET /v1/m HTTP/1.1\r\nHost : a\r\n\r\n"),
        Malformed(text: "GET /v1/m HTTP/2.0\r\nHost: a\r\n\r\n", status: 505),
        Malformed(text: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(text: "CONNECT h:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Malformed(
            text: "POST /v1/m HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        Malformed(text: "POST /v1/m HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        Malformed(
            text: "POST /v1/m HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            status: 501
        ),
        Malformed(text: "POST /v1/m HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n"),
        Malformed(text: "POST /v1/m HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n"),
    ]

    @Test("what is no HTTP is refused and the connection closed", arguments: malformed)
    func refusesMalformed(_ row: Malformed) async throws {
        // A second request in the same bytes is never looked at: nobody knows where it begins.
        try await refuses(row.text + get(), row.status, "bad_request")
    }

    private func refuses(_ text: String, _ status: Int, _ code: String) async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let client = try await proxy.client()
            try await client.send(text)
            let answer = await client.readResponse()
            #expect(answer.status == status)
            #expect(answer.isWhole)
            #expect(answer.values("x-tapedeck-error") == [code])
            #expect(answer.values("connection") == ["close"])
            #expect(answer.text.hasPrefix(#"{"type":"error","error":{"type":""#))
            #expect(await client.readToEnd() == [])
            #expect(client.end == .closed)
            #expect(mock.received().isEmpty)
        }
    }

    struct Oversized: Sendable, CustomTestStringConvertible {
        var name: String
        var head: String
        var flood: String
        var status = 413
        var code = "request_too_large"
        var testDescription: String { name }
    }

    private static let mebi = String(repeating: "0123456789abcdef", count: 64 << 10)

    static let oversized: [Oversized] = [
        Oversized(
            name: "announced by its length",
            head: "POST /v1/m HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n",
            flood: mebi
        ),
        Oversized(
            name: "in chunks",
            head: "POST /v1/m HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            flood: "100000\r\n" + mebi + "\r\n"
        ),
        Oversized(
            name: "beyond what it expects to be allowed",
            head: "POST /v1/m HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 50000000\r\n\r\n",
            flood: mebi
        ),
        Oversized(
            name: "with an expectation nobody knows",
            head: "POST /v1/m HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 50000000\r\n\r\n",
            flood: mebi,
            status: 413
        ),
        Oversized(
            name: "in its header block",
            head: "POST /v1/m HTTP/1.1\r\nHost: a\r\nX: ",
            flood: mebi,
            status: 431,
            code: "headers_too_large"
        ),
        Oversized(
            name: "outside /v1",
            head: "POST /elsewhere HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n",
            flood: mebi
        ),
    ]

    @Test("a client that is still sending can read the refusal", arguments: oversized)
    func refusesOversized(_ row: Oversized) async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.dataPlane.bodyLimit = 100_000 }) { proxy, mock in
            let client = try await proxy.client()
            try await client.send(row.head)
            for _ in 0..<8 { client.queue(row.flood) }
            let answer = await client.readResponse()
            #expect(answer.status == row.status)
            #expect(answer.isWhole)
            #expect(answer.values("x-tapedeck-error") == [row.code])
            #expect(await client.readToEnd() == [])
            #expect(client.end == .closed)
            #expect(mock.received().isEmpty)
            if answer.value("x-tapedeck-exchange") != nil {
                let item = try #require(try proxy.recorded(answer))
                #expect(item.exchange.response?.status == row.status)
                #expect(item.exchange.attempts.isEmpty)
                #expect(item.exchange.request.body.omitted == "refused: \(row.code)")
                #expect(item.responseText == answer.text)
            }
        }
    }

    @Test("an expectation nobody knows gets 417 and no 100")
    func unknownExpectation() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let client = try await proxy.client()
            try await client.send(post(lines: ["Expect: a-miracle"]))
            let answer = await client.readResponse()
            #expect(answer.status == 417)
            #expect(answer.values("x-tapedeck-error") == ["expectation_failed"])
            #expect(mock.received().isEmpty)
        }
    }

    @Test("a body of exactly the limit is taken", arguments: [false, true])
    func takesTheLimit(isChunked: Bool) async throws {
        let body = String(repeating: "x", count: 100_000)
        let framed =
            isChunked
            ? "POST /v1/m HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, size: 30_000)
            : post(body)
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.dataPlane.bodyLimit = 100_000 }) { proxy, mock in
            let answer = try await proxy.answer(to: framed)
            #expect(answer.status == 200)
            #expect(mock.received().first?.body.count == 100_000)
        }
    }

    @Test("a head that does not come to its end gets 408", arguments: ["G", "GET /v1/m HTTP/1.1\r\nHost: a\r\n"])
    func slowHead(start: String) async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.dataPlane.limits.clientHead = .milliseconds(100) }) {
            proxy,
            _ in
            let client = try await proxy.client()
            try await client.send(start)
            let answer = await client.readResponse()
            #expect(answer.status == 408)
            #expect(answer.values("x-tapedeck-error") == ["request_timeout"])
            #expect(await client.readToEnd() == [])
        }
    }

    @Test("a head that drips in gets 408 as well")
    func drippingHead() async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.dataPlane.limits.clientHead = .milliseconds(300) }) {
            proxy,
            _ in
            let client = try await proxy.client()
            try await client.send("GET /v1/models HTTP/1.1\r\nX: ")
            // A byte comes more often than the limit: the limit is for the whole head.
            let clock = ContinuousClock()
            let start = clock.now
            while !client.hasReceived, clock.now - start < .seconds(3) {
                client.queue("y")
                try await Task.sleep(for: .milliseconds(40))
            }
            #expect(await client.readResponse().status == 408)
            #expect(clock.now - start < .seconds(2))
        }
    }

    @Test("a body that stops gets 408 and is recorded as such")
    func slowBody() async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.dataPlane.limits.clientBody = .milliseconds(100) }) {
            proxy,
            mock in
            let client = try await proxy.client()
            try await client.send("POST /v1/m HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123")
            let answer = await client.readResponse()
            #expect(answer.status == 408)
            #expect(try proxy.recorded(answer)?.exchange.response?.status == 408)
            #expect(mock.received().isEmpty)
        }
    }

    @Test("a connection without requests is closed in the end")
    func idleClient() async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.dataPlane.limits.clientIdle = .seconds(2) }) {
            proxy,
            _ in
            let client = try await proxy.client()
            try await client.send(get())
            #expect(await client.readResponse().status == 200)
            #expect(await client.readToEnd() == [])
            #expect(client.end == .closed)
        }
    }

    @Test("bodies wait for memory and come through all the same")
    func waitsForMemory() async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.bodyBudget = 200_000 }) { proxy, mock in
            let body = String(repeating: "x", count: 150_000)
            // The first holds memory that the others need, and is finished last.
            let first = try await proxy.client()
            try await first.send("POST /v1/m HTTP/1.1\r\nHost: a\r\nContent-Length: 150000\r\n\r\n" + body.dropLast(10))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await proxy.answer(to: post(body)).status }
                }
                try await first.send("xxxxxxxxxx")
                #expect(await first.readResponse().status == 200)
                for try await status in group { #expect(status == 200) }
            }
            #expect(mock.received().map(\.body.count) == Array(repeating: 150_000, count: 7))
        }
    }
}
