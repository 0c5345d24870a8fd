import Replayer
import TestSupport
import Testing

/// What becomes of connections and answers when a mock upstream stops.
@Suite(.timeLimit(.minutes(5)))
struct StopTests {
    private static let request = "GET /stream HTTP/1.1\r\n\r\n"

    /// A mock with a stream whose second event comes late, at `/stream`.
    private func mock(late: Duration, framing: AnswerFraming = .chunked) -> MockUpstream {
        var stream = ScriptedAnswer.events([ScriptedEvent(nil, "aa"), ScriptedEvent(nil, "bb", delay: late)])
        stream.framing = framing
        return MockUpstream(
            scenario: Scenario(rules: [
                ScenarioRule(match: RequestMatch(path: "/stream"), answer: stream),
                ScenarioRule(match: RequestMatch(path: "/hang"), answer: .fault(Fault(.hang, at: .afterHead))),
                ScenarioRule(answer: .text("ok", contentType: nil)),
            ])
        )
    }

    @Test("answers that are under way are finished; idle connections close at once, and new ones are refused")
    func answersUnderWayAreFinished() async throws {
        let mock = mock(late: .seconds(4))
        let port = try await mock.start()
        let idle = try await RawClient.connect(port)
        try await idle.send("GET / HTTP/1.1\r\n\r\n")
        _ = await idle.read(through: "\r\n\r\nok")
        let stream = try await RawClient.connect(port)
        // The second request has no answer yet and gets none.
        try await stream.send(Self.request + Self.request)
        _ = await stream.read(through: "data: aa\n\n\r\n")
        let stop = Task { try await ContinuousClock().measure { try await mock.stop(after: .seconds(60)) } }
        _ = await idle.readToEnd()
        #expect(idle.end == .closed)
        // Refused, unless somebody else has the port by now; then the mock hears nothing of it, as is counted below.
        let late = try? await RawClient.connect(port)
        try? await late?.send("GET /late HTTP/1.1\r\n\r\n")
        #expect(String(decoding: await stream.readToEnd(), as: UTF8.self) == "a\r\ndata: bb\n\n\r\n0\r\n\r\n")
        #expect(stream.end == .closed)
        #expect(try await stop.value < .seconds(30))
        #expect(mock.cutAnswerCount == 0)
        #expect(mock.received().map(\.path) == ["/", "/stream"])
    }

    @Test(
        "an answer that is not finished in time is reset, also one that a close would make look whole",
        arguments: [AnswerFraming.close, .chunked],
        [Duration.zero, .milliseconds(50)]
    )
    func anAnswerThatIsNotFinished(framing: AnswerFraming, grace: Duration) async throws {
        let mock = mock(late: .seconds(3600), framing: framing)
        let stream = try await RawClient.connect(try await mock.start())
        try await stream.send(Self.request)
        _ = await stream.read(through: "data: aa\n\n")
        try await mock.stop(after: grace)
        _ = await stream.readToEnd()
        #expect(stream.end == .reset)
        #expect(mock.cutAnswerCount == 1)
    }

    @Test("a stop does not wait for an answer that has come to its silence, and resets it")
    func anAnswerThatHangs() async throws {
        let mock = mock(late: .zero)
        let port = try await mock.start()
        let client = try await RawClient.connect(port)
        try await client.send("GET /hang HTTP/1.1\r\n\r\n")
        _ = await client.read(through: "\r\n\r\n")
        let time = try await ContinuousClock().measure { try await mock.stop(after: .seconds(60)) }
        #expect(time < .seconds(30))
        _ = await client.readToEnd()
        #expect(client.end == .reset)
        #expect(mock.cutAnswerCount == 0)
    }

    @Test("a stop in a task that is cancelled waits for nothing, and ends the mock")
    func aStopThatIsCancelled() async throws {
        let mock = mock(late: .seconds(3600))
        let stream = try await RawClient.connect(try await mock.start())
        try await stream.send(Self.request)
        _ = await stream.read(through: "data: aa\n\n")
        let stop = Task { try await mock.stop(after: .seconds(3600)) }
        stop.cancel()
        try await stop.value
        _ = await stream.readToEnd()
        #expect(stream.end == .reset)
    }
}
