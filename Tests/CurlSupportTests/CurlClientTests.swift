import CurlSupport
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct CurlClientTests {
    private static let short = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func url(_ port: Int, _ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Sends a request with a client of its own.
    private func perform(_ request: CurlRequest) async throws -> CurlResponse {
        try await CurlClient().perform(request)
    }

    @Test("status, reason and header lines come as they were sent, in order and with repeats")
    func statusReasonAndHeaderLinesCome() async throws {
        let answer = """
            HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 429 Slow Down Please\r\nX-B: 1\r\nx-a:  two \r\nX-B: 3\r\n\
            Empty:\r\nContent-Length: 5\r\n\r\nhello
            """
        try await RawUpstream.run([.text(answer)]) { _, port in
            let response = try await perform(CurlRequest(url: url(port)))
            #expect(response.end == .complete)
            #expect(response.status == 429)
            #expect(response.reason == "Slow Down Please")
            #expect(
                response.headers == [
                    CurlHeader("X-B", "1"), CurlHeader("x-a", "two"), CurlHeader("X-B", "3"), CurlHeader("Empty", ""),
                    CurlHeader("Content-Length", "5"),
                ]
            )
            #expect(response.version == .http11)
            #expect(response.body == Array("hello".utf8))
            #expect(response.value("x-b") == "1")
        }
    }

    @Test("a request goes out with its own lines and nothing of the library's")
    func aRequestGoesOutWithItsOwn() async throws {
        try await RawUpstream.run([.text(Self.short)]) { upstream, port in
            let client = try CurlClient()
            let headers = [CurlHeader("X-Z", "1"), CurlHeader("a", ""), CurlHeader("X-Z", "2")]
            let request = CurlRequest(
                method: "POST",
                url: url(port, "/v1/../v2//x?q=%41"),
                headers: headers,
                body: Array("{}".utf8)
            )
            #expect(await client.perform(request).end == .complete)
            #expect(
                upstream.requests == [
                    "POST /v1/../v2//x?q=%41 HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nX-Z: 1\r\na:\r\nX-Z: 2\r\n"
                        + "Content-Length: 2\r\n\r\n{}"
                ]
            )
        }
    }

    @Test(
        "methods with and without bodies are framed as HTTP/1.1 wants",
        arguments: [
            ("GET", nil, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), ("DELETE", nil, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"),
            ("POST", "", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
            ("PUT", "x", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"),
        ]
    )
    func methodsWithAndWithoutBodies(method: String, body: String?, expected: String) async throws {
        try await RawUpstream.run([.text(Self.short)]) { upstream, port in
            let request = CurlRequest(
                method: method,
                url: url(port),
                headers: [CurlHeader("Host", "a")],
                body: body.map { Array($0.utf8) }
            )
            let outcome = try await perform(request)
            #expect(outcome.end == .complete)
            #expect(upstream.requests == [expected])
        }
    }

    @Test("chunks carry their times, and their lengths add up to the body")
    func chunksCarryTheirTimes() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 640000\r\n\r\n"
        try await RawUpstream.run([.endless(head: head, block: 6400, count: 100)]) { _, port in
            let response = try await perform(CurlRequest(url: url(port)))
            #expect(response.end == .complete)
            #expect(response.body == [UInt8](repeating: 0x61, count: 640_000))
            #expect(response.chunks.reduce(0) { $0 + $1.length } == 640_000)
            #expect(response.chunks.count > 1)
            let times = response.chunks.map(\.offset)
            #expect(times == times.sorted())
            let headOffset = try #require(response.headOffset)
            #expect(times.allSatisfy { $0 >= headOffset && $0 <= response.timing.total })
        }
    }

    @Test("a body that ends before its framing says so is truncated, with what came")
    func aBodyThatEndsBeforeItsFraming() async throws {
        let answers = [
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        ]
        for answer in answers {
            try await RawUpstream.run([.last(answer)]) { _, port in
                let response = try await perform(CurlRequest(url: url(port)))
                guard case .truncated(let reason) = response.end else {
                    Issue.record("\(response.end)")
                    return
                }
                #expect(!reason.isEmpty)
                #expect(response.status == 200)
                #expect(response.body == Array("half".utf8))
            }
        }
    }

    @Test("a reset inside a body and a close before an answer are resets")
    func aResetInsideABodyAndAClose() async throws {
        let half = Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".utf8)
        for reply in [RawUpstream.Reply.bytesThenReset(half), .bytesThenReset([]), .last("")] {
            try await RawUpstream.run([reply]) { _, port in
                let response = try await perform(CurlRequest(url: url(port)))
                guard case .reset = response.end else {
                    Issue.record("\(reply): \(response.end)")
                    return
                }
            }
        }
    }

    @Test("a port that refuses and a certificate file that is missing are named as unreachable")
    func aPortThatRefusesIsNamed() async throws {
        let closed = try ClosedPort()
        let port = closed.number
        let response = try await perform(CurlRequest(url: url(port)))
        guard case .unreachable(let reason) = response.end else {
            Issue.record("\(response.end)")
            return
        }
        #expect(reason.contains("\(port)"))
        #expect(response.status == nil)
        var secure = CurlRequest(url: "https://127.0.0.1:\(port)/")
        secure.authorityFile = "/nowhere/authority.pem"
        let outcome = try await perform(secure)
        #expect(outcome.status == nil)
    }

    @Test("silence and the whole time are limited apart")
    func silenceAndTheWholeTime() async throws {
        let limits = [CurlLimits(silence: .milliseconds(50)), CurlLimits(total: .milliseconds(50))]
        let replies: [RawUpstream.Reply] = [
            .bytes([]), .text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
        ]
        for limit in limits {
            for reply in replies {
                try await RawUpstream.run([reply]) { _, port in
                    let response = try await perform(CurlRequest(url: url(port), limits: limit))
                    guard case .timeout = response.end else {
                        Issue.record("\(response.end)")
                        return
                    }
                }
            }
        }
    }

    @Test("a connection is used again, and says so")
    func aConnectionIsUsedAgain() async throws {
        try await RawUpstream.run([.text(Self.short)]) { _, port in
            let client = try CurlClient()
            let first = await client.perform(CurlRequest(url: url(port)))
            let second = await client.perform(CurlRequest(url: url(port)))
            #expect(!first.timing.isReused)
            #expect(second.timing.isReused)
            #expect(first.timing.connect != nil)
            #expect(first.timing.tls == nil)
            let firstByte = try #require(second.timing.firstByte)
            #expect(firstByte <= second.timing.total + 1000)
        }
    }

    @Test("a HEAD request has no body and its answer none, whatever length is announced")
    func aHeadRequestHasNoBody() async throws {
        try await RawUpstream.run([.text("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")]) { upstream, port in
            let limits = CurlLimits(silence: .seconds(20))
            let headers = [CurlHeader("Host", "a")]
            let request = CurlRequest(
                method: "HEAD",
                url: url(port),
                headers: headers,
                body: Array("{}".utf8),
                limits: limits
            )
            let response = try await perform(request)
            #expect(response.end == .complete)
            #expect(response.body == [])
            #expect(upstream.requests == ["HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"])
        }
    }

    @Test("a request that is sent once is never sent again on a connection that turns out to be closed")
    func aRequestThatIsSentOnce() async throws {
        // The first answer keeps its connection open; every later request is read and the connection closed.
        for (isSentOnce, count) in [(true, 2), (false, 3)] {
            try await RawUpstream.run([.text(Self.short), .last("")]) { upstream, port in
                let client = try CurlClient()
                #expect(await client.perform(CurlRequest(url: url(port))).end == .complete)
                let request = CurlRequest(method: "POST", url: url(port), body: [], isSentOnce: isSentOnce)
                let response = await client.perform(request)
                guard case .reset = response.end else {
                    Issue.record("\(response.end)")
                    return
                }
                #expect(upstream.requests.count == count)
            }
        }
    }

    @Test("a large body arrives whole")
    func aLargeBodyArrivesWhole() async throws {
        try await RawUpstream.run([.text(Self.short)]) { upstream, port in
            let body = [UInt8](repeating: UInt8(ascii: "b"), count: 3 << 20)
            let request = CurlRequest(method: "POST", url: url(port), body: body)
            let outcome = try await perform(request)
            #expect(outcome.end == .complete)
            let sent = try #require(upstream.requests.first)
            #expect(!sent.lowercased().contains("expect:"))
            #expect(sent.hasSuffix("\r\n\r\n" + String(decoding: body, as: UTF8.self)))
        }
    }

    @Test("an answer beyond the limit ends as too large, with what fitted")
    func anAnswerBeyondTheLimit() async throws {
        try await RawUpstream.run([.text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]) { _, port in
            let client = try CurlClient()
            for (limit, end) in [(4, CurlEnd.tooLarge), (5, .complete)] {
                let response = await client.perform(CurlRequest(url: url(port), limits: CurlLimits(body: limit)))
                #expect(response.end == end)
                #expect(response.body == Array("hello".utf8.prefix(limit)))
            }
        }
    }

    @Test("many transfers run at once")
    func manyTransfersRunAtOnce() async throws {
        try await RawUpstream.run([.text(Self.short)]) { upstream, port in
            let client = try CurlClient()
            let statuses = await withTaskGroup(of: Int?.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        await client.perform(CurlRequest(url: "http://127.0.0.1:\(port)/\(number)")).status
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 100))
            #expect(upstream.requests.count == 100)
        }
    }

    @Test("a cancelled task ends its transfer, before the start as well as behind it")
    func aCancelledTaskEndsItsTransfer() async throws {
        try await RawUpstream.run([.bytes([])]) { upstream, port in
            let client = try CurlClient()
            let request = CurlRequest(url: url(port))
            let running = Task { await client.perform(request) }
            _ = try await eventually { upstream.requests.isEmpty ? nil : true }
            running.cancel()
            #expect(await running.value.end == .cancelled)
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await client.perform(request)
            }
            #expect(await late.value.end == .cancelled)
        }
    }

    @Test("HTTP/2 without TLS begins with its preface (RFC 9113 section 3.4)")
    func http2WithoutTLSBeginsWithItsPreface() async throws {
        try await RawUpstream.run([.last("")]) { upstream, port in
            let response = try await perform(CurlRequest(url: url(port), version: .http2))
            #expect(response.status == nil)
            #expect(upstream.requests.first == "PRI * HTTP/2.0\r\n\r\n")
        }
    }

    @Test(
        "what can't be sent is refused, in words",
        arguments: [
            CurlRequest(url: "ftp://127.0.0.1/"), CurlRequest(url: "no url"),
            CurlRequest(method: "A B", url: "http://a"),
            CurlRequest(url: "http://127.0.0.1/", headers: [CurlHeader("a", "b\r\nc: d")]),
            CurlRequest(url: "http://127.0.0.1/", headers: [CurlHeader("a:", "b")]),
        ]
    )
    func whatCannotBeSentIsRefused(request: CurlRequest) async throws {
        let response = try await perform(request)
        guard case .failed(let reason) = response.end else {
            Issue.record("\(response.end)")
            return
        }
        #expect(!reason.isEmpty)
        #expect(!reason.contains("\n"))
    }
}
