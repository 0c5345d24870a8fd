import Foundation
import Recorder
import Synchronization
import Testing

@testable import Replayer

struct RecordedAnswersTests {
    /// The JSON of a miss.
    private struct Miss: Decodable, Equatable {
        struct Near: Decodable, Equatable {
            var address: String
            var rung: String
            var difference: [String: String?]?
        }

        var nearest: [Near]
    }

    private static func message(_ text: String, _ more: String = "") -> String {
        #"{"model":"claude-sonnet-4-5",\#(more)"messages":[{"role":"user","content":"\#(text)"}]}"#
    }

    private func answers(
        _ samples: [ServedSample],
        _ change: (inout ReplayOptions) -> Void = { _ in },
        onMiss: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> RecordedAnswers {
        var options = ReplayOptions()
        options.speed = .max
        change(&options)
        return try RecordedAnswers(MemoryRecording(samples), options: options, onMiss: onMiss)
    }

    /// Everything that is written, as text.
    private func text(_ steps: [AnswerStep]) -> String {
        steps.map { if case .write(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { "" } }.joined()
    }

    private func status(_ steps: [AnswerStep]) -> Int? {
        text(steps).split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    private func miss(_ steps: [AnswerStep]) throws -> Miss {
        let body = try #require(text(steps).firstRange(of: "\r\n\r\n")).upperBound
        return try JSONDecoder().decode(Miss.self, from: Data(text(steps)[body...].utf8))
    }

    private func request(
        _ text: String,
        key: String? = nil,
        method: String = "POST",
        uri: String = "/v1/messages"
    ) -> ReceivedRequest {
        let headers = key.map { [ScriptedHeader("X-Api-Key", $0)] } ?? []
        return .sample(method: method, uri: uri, headers: headers, body: text)
    }

    @Test("upstream answers are given attempt by attempt, errors included")
    func upstreamAnswers() throws {
        let limited = ServedSample.Answer(status: 429, body: "limit", account: "a")
        let sample = ServedSample(
            body: Self.message("hi"),
            attempts: [limited, ServedSample.Answer(body: "fine", account: "b")]
        )
        let answers = try answers([sample])
        #expect(answers.count == 2)
        let first = answers.steps(answering: request(Self.message("hi"), key: "k1"))
        #expect(text(first) == "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 5\r\n\r\nlimit")
        #expect(text(answers.steps(answering: request(Self.message("hi"), key: "k2"))).hasSuffix("\r\n\r\nfine"))
        #expect(answers.result.line == "exact=2 normalised=0 minor=0 major=0 unmatched=0 unused=0")
    }

    @Test("on the client's side there is one answer for each exchange: the last")
    func theClientsSide() throws {
        var sample = ServedSample(body: Self.message("hi"))
        sample.attempts = [ServedSample.Answer(status: 429), ServedSample.Answer(body: "fine")]
        var failed = ServedSample(number: 2, body: Self.message("ho"))
        failed.attempts = [ServedSample.Answer(status: nil, ending: .reset)]
        failed.final = ServedSample.Answer(status: 502, body: "no upstream")
        var cancelled = ServedSample(number: 3, body: Self.message("hu"))
        cancelled.attempts = [ServedSample.Answer(status: nil, ending: .clientCancelled)]
        var refused = ServedSample(number: 4, body: Self.message("he"), attempts: [])
        refused.final = ServedSample.Answer(status: 401, body: "who are you")
        let answers = try answers([sample, failed, cancelled, refused]) { $0.side = .client }
        #expect(answers.count == 4)
        #expect(text(answers.steps(answering: request(Self.message("hi")))).hasSuffix("fine"))
        #expect(status(answers.steps(answering: request(Self.message("ho")))) == 502)
        #expect(answers.steps(answering: request(Self.message("hu"))) == [.hang])
        #expect(status(answers.steps(answering: request(Self.message("he")))) == 401)
        #expect(try miss(answers.steps(answering: request(Self.message("hi")))).nearest.map(\.address) == ["x1"])
        #expect(answers.result.unused == 0)
    }

    @Test("a broken upstream looks as it did to the client: a proper end behind the proxy's error, a cut otherwise")
    func brokenForTheClient() throws {
        let chunked = [HeaderField("transfer-encoding", "chunked")]
        func sample(_ number: UInt64, _ text: String, got: String, ending: Ending) -> ServedSample {
            var sample = ServedSample(number: number, body: Self.message(text))
            sample.attempts = [ServedSample.Answer(headers: chunked, body: "data: 1\n\n", ending: ending)]
            sample.final = ServedSample.Answer(headers: chunked, body: got, ending: ending)
            return sample
        }
        let answers = try answers([
            sample(1, "a", got: "data: 1\n\nevent: error\n\n", ending: .reset),
            sample(2, "b", got: "data: 1\n\n", ending: .reset),
            sample(3, "c", got: "data: 1\n\n", ending: .timeout),
        ]) { $0.side = .client }
        #expect(answers.steps(answering: request(Self.message("a"))).last == .write(Array("0\r\n\r\n".utf8)))
        #expect(answers.steps(answering: request(Self.message("b"))).last == .close)
        #expect(answers.steps(answering: request(Self.message("c"))).last == .close)
    }

    @Test("a miss names the nearest recorded requests and the first difference of each")
    func aMissNamesTheNearest() throws {
        let samples = ["a", "b", "c", "d"].enumerated().map { number, word in
            ServedSample(number: UInt64(number + 1), body: Self.message("say \(word)"))
        }
        let lines = Mutex<[String]>([])
        let answers = try answers(samples, onMiss: { line in lines.withLock { $0.append(line) } })
        let steps = answers.steps(answering: request(Self.message("say z")))
        #expect(text(steps).hasPrefix("HTTP/1.1 599 Replay Miss\r\n"))
        #expect(text(steps).contains("\r\nx-tapedeck-error: replay_miss\r\n"))
        let near = try miss(steps).nearest
        #expect(near.map(\.address) == ["x1.1", "x2.1", "x3.1"])
        #expect(near.map(\.rung) == ["unmatched", "unmatched", "unmatched"])
        #expect(
            near.map(\.difference)
                == ["a", "b", "c"].map {
                    ["path": "messages[0].content", "recorded": "say \($0)", "received": "say z"]
                }
        )
        #expect(
            lines.withLock { $0 } == [
                "miss: POST /v1/messages: no recorded request matches at 'normalised'; nearest x1.1, "
                    + "which differs at messages[0].content"
            ]
        )
        #expect(answers.result.line == "exact=0 normalised=0 minor=0 major=0 unmatched=1 unused=4")
    }

    @Test("a miss says at which rung the nearest request would have been an answer")
    func aMissSaysTheRung() throws {
        let answers = try answers([ServedSample(body: Self.message("a", #""max_tokens":1,"#))])
        let near = try miss(answers.steps(answering: request(Self.message("a", #""max_tokens":2,"#)))).nearest
        #expect(
            near == [
                Miss.Near(
                    address: "x1.1",
                    rung: "minor",
                    difference: ["path": "max_tokens", "recorded": "1", "received": "2"]
                )
            ]
        )
    }

    @Test("there is a nearest request whatever came")
    func thereIsANearestRequest() throws {
        let answers = try answers([ServedSample()]) { $0.missStatus = 404 }
        let steps = answers.steps(answering: request("", method: "GET", uri: "/favicon.ico"))
        #expect(text(steps).hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        let difference = ["path": "method", "recorded": "POST", "received": "GET"]
        #expect(try miss(steps).nearest == [Miss.Near(address: "x1.1", rung: "unmatched", difference: difference)])
    }

    @Test("a request whose answers were all given is told which they were, unless it loops")
    func aRequestWhoseAnswersWereGiven() throws {
        let samples = (1...5).map { number in
            ServedSample(
                number: UInt64(number),
                body: Self.message(number == 1 ? "once" : "often"),
                attempts: [ServedSample.Answer(body: "\(number)")]
            )
        }
        let answers = try answers(samples)
        for _ in 1...4 { _ = answers.steps(answering: request(Self.message("often"))) }
        _ = answers.steps(answering: request(Self.message("once")))
        let often = answers.steps(answering: request(Self.message("often")))
        let none: [String: String?]? = nil
        #expect(
            try miss(often).nearest
                == ["x2.1", "x3.1", "x4.1"].map {
                    Miss.Near(address: $0, rung: "exact", difference: none)
                }
        )
        #expect(text(often).contains("it was recorded 4 times, and all of its answers were given already: --loop"))
        let once = answers.steps(answering: request(Self.message("once")))
        #expect(try miss(once).nearest.map(\.address) == ["x1.1"])
        #expect(text(once).contains("it was recorded once, and that answer was given already: --loop"))
        #expect(answers.result.line == "exact=5 normalised=0 minor=0 major=0 unmatched=2 unused=0")

        let loop = try self.answers(samples) { $0.loops = true }
        let given = (1...6).map { _ in String(text(loop.steps(answering: request(Self.message("often")))).suffix(1)) }
        #expect(given == ["2", "3", "4", "5", "2", "3"])
    }

    @Test("secrets do not count: they are masked as the recorder masks them")
    func secretsDoNotCount() throws {
        let sample = ServedSample(
            query: "key=***masked:anthropic:00000000***",
            headers: [HeaderField("Content-Type", "application/json")],
            body: Self.message("use ***masked:anthropic:00000000***")
        )
        let answers = try answers([sample])
        let secret = "sk-ant-" + "api03-" + String(repeating: "aB3dE6gH9j", count: 9) + "-AA"
        let live = request(Self.message("use \(secret)"), key: secret, uri: "/v1/messages?key=\(secret)")
        let steps = answers.steps(answering: live)
        #expect(status(steps) == 200)
        #expect(answers.result.counts == [.exact: 1])
        let other = request(Self.message("take \(secret)"), key: secret, uri: "/v1/messages?key=\(secret)")
        let difference = ["use", "take"].map { "\($0) ***masked:anthropic***" }
        let missed = answers.steps(answering: other)
        #expect(try miss(missed).nearest.first?.difference?["recorded"] == difference[0])
        #expect(try miss(missed).nearest.first?.difference?["received"] == difference[1])
        #expect(!text(missed).contains(secret))
    }

    @Test("a packed body is compared unpacked, recorded or live")
    func aPackedBody() throws {
        let encoder = GzipEncoder()
        let packed = encoder.encode(Array(Self.message("hi").utf8)) + encoder.finish()
        let answers = try answers([ServedSample(body: Self.message("hi"))])
        var live = request("")
        live.headers = [ScriptedHeader("Content-Encoding", "gzip")]
        live.body = packed
        #expect(status(answers.steps(answering: live)) == 200)
        #expect(answers.result.counts == [.exact: 1])
    }

    @Test("attempts that sent the same body to two paths are two requests")
    func attemptsToTwoPaths() throws {
        let body = Self.message("hi")
        let other = ServedSample.Answer(body: "other", sent: ("/model/m/invoke", ""))
        let answers = try answers([ServedSample(body: "", attempts: [ServedSample.Answer(body: "first"), other])])
        #expect(text(answers.steps(answering: request("", uri: "/model/m/invoke"))).hasSuffix("other"))
        #expect(text(answers.steps(answering: request(""))).hasSuffix("first"))
        #expect(status(answers.steps(answering: request(body))) == 599)
    }

    @Test("an answer that was not stored is a miss, not a match")
    func anAnswerThatWasNotStored() throws {
        var sample = ServedSample(body: Self.message("hi"))
        sample.attempts = [ServedSample.Answer(omitted: "content-encoding br")]
        let answers = try answers([sample])
        let steps = answers.steps(answering: request(Self.message("hi")))
        #expect(status(steps) == 599)
        #expect(text(steps).contains("content-encoding br"))
        #expect(try miss(steps).nearest.map(\.address) == ["x1.1"])
        #expect(answers.result.line == "exact=0 normalised=0 minor=0 major=0 unmatched=1 unused=1")
    }

    @Test("an interim status is no answer", arguments: [100, 101, 199])
    func anInterimStatus(status code: Int) throws {
        let sample = ServedSample(attempts: [ServedSample.Answer(status: code)])
        for side in ReplaySide.allCases {
            let steps = try answers([sample]) { $0.side = side }.steps(answering: request(sample.body))
            #expect(status(steps) == 599)
            #expect(text(steps).contains("its recorded answer can't be given: its final status is \(code)"))
        }
    }

    @Test("a request that wants the connection closed gets it closed, and HEAD gets no body")
    func connectionsAndHead() throws {
        let answers = try answers([ServedSample(), ServedSample(number: 2)])
        var live = request(ServedSample().body)
        live.keepsAlive = false
        #expect(answers.steps(answering: live).last == .close)
        live.keepsAlive = true
        #expect(answers.steps(answering: live).last != .close)
        live.method = "HEAD"
        #expect(text(answers.steps(answering: live)).hasSuffix("\r\n\r\n"))
        live.keepsAlive = false
        #expect(answers.steps(answering: live).last == .close)
    }

    @Test("an empty recording is an error")
    func anEmptyRecording() {
        let error = #expect(throws: ReplayerError.self) { try answers([]) }
        #expect(error?.code == .emptyRecording)
    }
}
