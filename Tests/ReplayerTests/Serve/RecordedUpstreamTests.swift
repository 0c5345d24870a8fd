import Recorder
import TestSupport
import Testing

@testable import Replayer

/// Recorded answers over real connections.
@Suite(.timeLimit(.minutes(5)))
struct RecordedUpstreamTests {
    private func run(
        _ samples: [ServedSample],
        _ change: (inout ReplayOptions) -> Void = { _ in },
        _ body: (MockUpstream) async throws -> Void
    ) async throws {
        var options = ReplayOptions()
        options.speed = .max
        change(&options)
        let answers = try RecordedAnswers(MemoryRecording(samples), options: options)
        let mock = MockUpstream(answers: answers)
        try await mock.start()
        do {
            try await body(mock)
        } catch {
            Issue.record(error)
        }
        try await mock.stop()
    }

    private func open(_ mock: MockUpstream) async throws -> RawConnection {
        try await RawConnection.open(Int(mock.baseURL.split(separator: ":").last ?? "") ?? 0)
    }

    private func get(_ path: String, method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: h\r\n\r\n"
    }

    private func sample(_ number: UInt64, _ path: String, _ answer: ServedSample.Answer) -> ServedSample {
        ServedSample(number: number, method: "GET", path: path, body: "", attempts: [answer])
    }

    @Test("a reset is a reset, a truncation a truncation, silence is silence")
    func endingsOverConnections() async throws {
        let chunked = [HeaderField("transfer-encoding", "chunked")]
        func answer(_ ending: Ending) -> ServedSample.Answer {
            ServedSample.Answer(headers: chunked, body: "part", ending: ending)
        }
        let samples = [
            sample(1, "/reset", answer(.reset)), sample(2, "/truncated", answer(.truncated)),
            sample(3, "/stall", answer(.timeout)),
            sample(4, "/refused", ServedSample.Answer(status: nil, ending: .reset)),
            sample(5, "/silent", ServedSample.Answer(status: nil, ending: .timeout)),
        ]
        try await run(samples) { mock in
            let part = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n"
            for (path, text, end) in [
                ("/reset", part, RawConnection.End.reset), ("/truncated", part, .closed), ("/refused", "", .reset),
            ] {
                let connection = try await open(mock)
                try await connection.send(get(path))
                #expect(await connection.readToEnd() == text)
                #expect(connection.end == end)
            }
            let stall = try await open(mock)
            try await stall.send(get("/stall"))
            #expect(await stall.read(until: "part\r\n") == part)
            let silent = try await open(mock)
            try await silent.send(get("/silent"))
            _ = try await mock.requests(atLeast: 5)
            #expect(mock.openConnectionCount == 2)
            try await stall.close()
            try await silent.close()
            try await mock.openConnections(atMost: 0)
        }
    }

    @Test("a client that reads late gets all that was written before the reset")
    func aResetWaitsForASlowClient() async throws {
        let body = String(repeating: "x", count: 200_000)
        let chunked = [HeaderField("transfer-encoding", "chunked")]
        let answer = ServedSample.Answer(headers: chunked, body: body, ending: .reset)
        try await run([sample(1, "/a", answer)]) { mock in
            let client = try await RawClient.connect(
                Int(mock.baseURL.split(separator: ":").last ?? "") ?? 0,
                reads: false
            )
            try await client.send(get("/a"))
            _ = try await mock.requests(atLeast: 1)
            // This is how slow it is: much slower than a client that reads at once.
            try await Task.sleep(for: .milliseconds(300))
            try await client.beginToRead()
            let text = String(decoding: await client.readToEnd(), as: UTF8.self)
            #expect(
                text.utf8.count == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n30d40\r\n\r\n".utf8.count
                    + 200_000
            )
            #expect(text.hasSuffix("xxx\r\n"))
            #expect(client.end == .reset)
        }
    }

    @Test("a connection goes on after whole answers and after misses")
    func aConnectionGoesOn() async throws {
        try await run([
            sample(1, "/a", ServedSample.Answer(body: "one")), sample(2, "/b", ServedSample.Answer(body: "two")),
        ]) {
            mock in
            let connection = try await open(mock)
            try await connection.send(get("/a") + get("/c", method: "HEAD") + get("/b"))
            let text = await connection.read(until: "two")
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\noneHTTP/1.1 599 Replay Miss\r\n"))
            #expect(text.hasSuffix("\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ntwo"))
            try await connection.send("GET /c HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(await connection.readToEnd().hasPrefix("HTTP/1.1 599 Replay Miss\r\n"))
            #expect(connection.end == .closed)
        }
    }

    @Test("recorded times pass before the answer")
    func recordedTimesPass() async throws {
        // The sample's first byte came 1 ms after its attempt began: 100 ms at a hundredth of the speed.
        let speed = try #require(ReplaySpeed("0.01x"))
        try await run([sample(1, "/a", ServedSample.Answer(body: "slow"))], { $0.speed = speed }) { mock in
            let connection = try await open(mock)
            let time = try await ContinuousClock().measure {
                try await connection.send(get("/a"))
                _ = await connection.read(until: "slow")
            }
            #expect(time >= .milliseconds(100))
        }
    }

    @Test("what nothing matches goes to a live upstream when its user asked for that, and only that")
    func forwarding() async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .text("live", contentType: "text/x"))])
        try await MockUpstream.run(scenario) { live in
            try await run([sample(1, "/a", ServedSample.Answer(body: "recorded"))], { $0.forward = live.baseURL }) {
                mock in
                let connection = try await open(mock)
                try await connection.send(get("/a"))
                #expect(await connection.read(until: "recorded").hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(live.received().isEmpty)
                try await connection.send("POST /b?c=d HTTP/1.1\r\nX-Own: 1\r\nContent-Length: 4\r\n\r\nbody")
                let answer = await connection.read(until: "\r\n\r\nlive")
                #expect(answer.contains("content-type: text/x\r\n") && answer.contains("content-length: 4\r\n"))
                try await connection.send(get("/e", method: "HEAD"))
                #expect(await connection.read(until: "\r\n\r\n").contains("content-length: 4\r\n"))
                try await connection.send("GET /f HTTP/1.1\r\nConnection: close\r\n\r\n")
                #expect(await connection.readToEnd().hasSuffix("\r\n\r\nlive"))
                let received = live.received()
                #expect(received.map(\.method) == ["POST", "HEAD", "GET"])
                #expect(received.first?.uri == "/b?c=d")
                #expect(received.first?.bodyText == "body")
                #expect(received.first?.values(of: "x-own") == ["1"])
            }
        }
    }

    @Test("what belongs to one connection is not forwarded, in either direction")
    func hopByHopHeaders() async throws {
        var answer = ScriptedAnswer.text("live", contentType: nil)
        answer.headers = [
            ScriptedHeader("Connection", "X-Hop , keep-alive"), ScriptedHeader("X-Hop", "1"),
            ScriptedHeader("Keep-Alive", "timeout=5"), ScriptedHeader("Trailer", "x"), ScriptedHeader("X-End", "2"),
        ]
        try await MockUpstream.run(Scenario(rules: [ScenarioRule(answer: answer)])) { live in
            try await run([sample(1, "/a", ServedSample.Answer())], { $0.forward = live.baseURL }) { mock in
                let connection = try await open(mock)
                try await connection.send(
                    """
                    POST /b HTTP/1.1\r\nHost: h\r\nConnection: keep-alive,\tX-Mine\r\nX-Mine: 1\r\nX-Own: 2\r\n\
                    Proxy-Authorization: Basic eDp5\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\n\
                    Trailer: x\r\nUpgrade: h2c\r\nX-Tapedeck-Replay: 1\r\nContent-Length: 4\r\n\r\nbody
                    """
                )
                let text = await connection.read(until: "\r\n\r\nlive").lowercased()
                let names = text.split(separator: "\r\n").dropFirst().dropLast().map { $0.prefix { $0 != ":" } }
                #expect(names == ["request-id", "x-end", "content-length"])
                let received = try #require(live.received().first)
                #expect(Set(received.headers.map { $0.name.lowercased() }) == ["host", "x-own", "content-length"])
            }
        }
    }

    @Test("a forwarded request ends with the client that sent it")
    func aForwardedRequestEndsWithItsClient() async throws {
        try await MockUpstream.run(Scenario(rules: [ScenarioRule(answer: .fault(Fault(.hang)))])) { live in
            try await run([sample(1, "/a", ServedSample.Answer())], { $0.forward = live.baseURL }) { mock in
                let connection = try await open(mock)
                try await connection.send(get("/b"))
                _ = try await live.requests(atLeast: 1)
                #expect(live.openConnectionCount == 1)
                try await connection.close()
                try await live.openConnections(atMost: 0)
            }
        }
    }

    @Test("a live upstream that falls silent is given up")
    func aLiveUpstreamThatFallsSilent() async throws {
        try await MockUpstream.run(Scenario(rules: [ScenarioRule(answer: .fault(Fault(.hang)))])) { live in
            let forwarder = try Forwarder(to: live.baseURL, silence: .milliseconds(50))
            let miss = ForwardedMiss(method: "GET", uri: "/b", headers: [], body: [])
            guard case .write(let bytes)? = await forwarder.steps(for: miss).first else {
                Issue.record("nothing is written")
                return
            }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 599 Replay Miss\r\n") && text.contains("GET /b: not forwarded: "))
        }
    }

    @Test("a live upstream that does not answer is told of with status 599")
    func aLiveUpstreamThatDoesNotAnswer() async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .text("", contentType: nil))])
        let gone = MockUpstream(scenario: scenario)
        try await gone.start()
        let url = gone.baseURL
        try await gone.stop()
        try await run([sample(1, "/a", ServedSample.Answer())], { $0.forward = url }) { mock in
            let connection = try await open(mock)
            try await connection.send("GET /b HTTP/1.1\r\nConnection: close\r\n\r\n")
            let answer = await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 599 Replay Miss\r\n") && answer.contains("not forwarded: "))
        }
    }
}
