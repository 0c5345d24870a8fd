import Foundation
import Testing

@testable import Recorder

/// Bundles of format 1 that were made once and stay readable for ever; `fixtures/bundles/v1/README.md` tells how.
struct GoldenBundleTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../fixtures/bundles/v1").standardizedFileURL.path

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(
        "a bundle of format 1 is read as it was meant",
        arguments: ["hand-made.tar.zst", "hand-made.tgz", "hand-made.zip"]
    )
    func aBundleOfFormat1IsReadAsItWasMeant(name: String) throws {
        let bundle = try BundleFile(path: Self.folder + "/" + name)
        #expect(bundle.faults == [])
        let manifest = try #require(bundle.manifest)
        #expect(manifest.format == 1 && manifest.exchanges == 3 && manifest.attempts == 4 && manifest.pieces == 8)
        #expect(manifest.missing.map(\.exchanges) == [2] && manifest.missing.map(\.reason) == ["overload"])
        #expect(!manifest.isComplete)
        #expect(bundle.rows.map(\.summary.number) == [1, 2, 3])

        let first = try bundle.recorded(bundle.rows[0])
        #expect(first.exchange.id.description == "0199f3c2-1d2e-7abc-8def-000000000001")
        #expect(first.exchange.startedAt.description == "2026-11-20T10:00:00.000000Z")
        #expect(first.summary.tokens == TokenUsage(input: 12, output: 7))
        #expect(first.summary.costPicodollars == 141_000_000)
        #expect(
            try Self.text(first.body(first.exchange.request.body))
                == #"{"model":"claude-sonnet-4-5-20250929","max_tokens":64,"stream":true,"messages":["#
                + #"{"role":"user","content":"Count to two, süß."}]}"#
        )
        #expect(first.exchange.request.query == "beta=true")
        #expect(first.exchange.request.headers.map(\.name) == ["Host", "X-Api-Key", "Content-Type"])
        let attempts = first.exchange.attempts
        #expect(attempts.map(\.kind) == [.accountQuota, .success])
        #expect(attempts.map(\.account) == ["team-a", "team-b"])
        #expect(attempts.map(\.startedAt) == [100, 96_000])
        #expect(attempts[0].cooldownUntil?.description == "2026-11-20T15:00:00.000000Z")
        #expect(attempts.allSatisfy { $0.cooldownReason == nil && $0.waited == 0 })
        #expect(first.exchange.decision == nil)
        #expect(attempts[0].response?.headers.first("Retry-After") == "18000")
        #expect(attempts[1].rejected == [RejectedCandidate(account: "team-a", because: "account_quota")])
        let answer = try #require(first.exchange.response)
        #expect(answer.chunks.map(\.offset) == [640_100, 735_100, 735_350])
        let events = EventDecoding.events(of: answer, body: try first.body(answer.body))
        #expect(
            events.map(\.name) == [
                "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
                "message_stop",
            ]
        )
        #expect(events.map(\.offset) == [640_100, 735_100, 735_350, 735_350, 735_350, 735_350])

        let second = try bundle.recorded(bundle.rows[1])
        #expect(second.exchange.ending == .reset && second.exchange.attempts[0].failure == "connection reset")
        let third = try bundle.recorded(bundle.rows[2])
        let frames = try third.body(try #require(third.exchange.response).body)
        // The lengths of botocore's frames stand in their first four bytes.
        #expect(frames.count == 301 && frames.prefix(4) == [0, 0, 0, 123] && frames[123..<127] == [0, 0, 0, 178])
        #expect(third.exchange.session == nil && third.exchange.attempts[0].target == "bedrock")
    }

    @Test("a bundle that version 0.1.0 exported is read as it was meant")
    func exported() throws {
        let bundle = try BundleFile(path: Self.folder + "/program.tar.zst")
        #expect(bundle.faults == [])
        #expect(bundle.manifest?.format == 1 && bundle.manifest?.exchanges == 2)
        #expect(bundle.rows.map(\.summary.number) == [1, 2])
        let first = try bundle.recorded(bundle.rows[0])
        #expect(
            try Self.text(first.body(first.exchange.request.body))
                == #"{"model":"claude-sonnet-4-5-20250929","max_tokens":64,"stream":true,"messages":["#
                + #"{"role":"user","content":"Count to two, süß."}]}"#
        )
        #expect(first.exchange.attempts.map(\.kind) == [.accountQuota, .success])
        #expect(try bundle.recorded(bundle.rows[1]).exchange.ending == .reset)
    }
}
