import TestSupport
import Testing

@testable import Recorder

@Suite
struct RoutingRecordTests {
    private static let planted = "sk-ant-api03-" + String(repeating: "x7Qk", count: 20)

    private static func captured(_ secret: String = "") -> CapturedExchange {
        var exchange = CaptureSample(1).whole
        exchange.attempts[0].because = "the session stays \(secret)"
        exchange.attempts[0].rejected = [RejectedCandidate(account: "team-b", because: "7d window spent \(secret)")]
        exchange.attempts[0].cooldownUntil = Timestamp(microseconds: 1_795_168_860_000_000)
        exchange.attempts[0].cooldownReason = "told to wait \(secret)"
        exchange.attempts[0].waited = 1500
        exchange.decision = AnswerDecision(
            because: "every account is out \(secret)",
            rejected: [RejectedCandidate(account: "team-a", because: "paused \(secret)")],
            waited: 2_000_001
        )
        return exchange
    }

    @Test("what routing decided is in the segment as it was captured, and in the bundle that it is sealed into")
    func kept() async throws {
        let recording = try Recording()
        await recording.record([.finished(Self.captured())])
        await recording.pipeline.close()
        let directory = try TemporaryDirectory()
        try BundleSamples.write(recording.store, to: directory.path + "/b.zip")
        let bundle = try BundleFile(path: directory.path + "/b.zip")
        let exchanges = [
            try #require(try recording.store.read().exchanges.first?.exchange),
            try bundle.recorded(try #require(bundle.rows.first)).exchange,
        ]
        for exchange in exchanges {
            let attempt = try #require(exchange.attempts.first)
            #expect(attempt.because == "the session stays ")
            #expect(attempt.rejected == [RejectedCandidate(account: "team-b", because: "7d window spent ")])
            #expect(attempt.cooldownUntil?.description == "2026-11-20T10:01:00.000000Z")
            #expect(attempt.cooldownReason == "told to wait ")
            #expect(attempt.waited == 1500)
            #expect(
                exchange.decision
                    == AnswerDecision(
                        because: "every account is out ",
                        rejected: [RejectedCandidate(account: "team-a", because: "paused ")],
                        waited: 2_000_001
                    )
            )
        }
    }

    @Test("a secret in any reason does not reach the record")
    func masked() async throws {
        let recording = try Recording()
        await recording.record([.finished(Self.captured(Self.planted))])
        await recording.pipeline.close()
        let exchange = try #require(try recording.store.read().exchanges.first?.exchange)
        let attempt = try #require(exchange.attempts.first)
        let decision = try #require(exchange.decision)
        let texts =
            [attempt.because, attempt.cooldownReason ?? "", decision.because]
            + (attempt.rejected + decision.rejected).map(\.because)
        #expect(texts.count == 5)
        for text in texts {
            #expect(text.contains(" ***masked:anthropic:"), "\(text)")
            #expect(!text.contains("x7Qk"), "\(text)")
        }
    }
}
