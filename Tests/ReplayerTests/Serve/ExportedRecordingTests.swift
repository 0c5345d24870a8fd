import Foundation
import Inspector
import Logging
import NIOCore
import Recorder
import TestSupport
import Testing

@testable import Replayer

/// What the recorder wrote and the exporter gave away answers the requests that it was made of.
struct ExportedRecordingTests {
    private static let key = "sk-ant-" + "api03-" + String(repeating: "aB3dE6gH9j", count: 9) + "-AA"
    private static let token = "sk-ant-" + "oat01-" + String(repeating: "Zy8xWv7uT6", count: 9) + "-AA"
    private static let device = String(repeating: "d0c1", count: 16)

    private static let uri = "/v1/messages?beta=true&claude-code-user=carol@example.com&api_key=\(key)"
    private static let body = """
        {"model":"m","metadata":{"user_id":"user_\(device)_account_4f1c_session_s-1"},"messages":[\
        {"role":"user","content":"mail carol@example.com, the key is \\u0073\(key.dropFirst())"},\
        {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"run",\
        "input":{"command":"curl -H 'Authorization: Bearer \(token)'"}}]},{"role":"user","content":[\
        {"type":"document","source":{"type":"base64","data":"\(encoded("the key is \(key)."))"}},\
        {"type":"text","text":"go on ✓"}]}]}
        """

    private static func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// Records one request with an answer into a store, as the proxy does.
    private func record(in layout: StoreLayout) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let pipeline = try CapturePipeline(layout: layout, settings: RecorderSettings(), logger: logger)
        let fields = [HeaderField("Content-Type", "application/json"), HeaderField("x-api-key", Self.key)]
        let head = HTTPHead(start: ("POST", Self.uri, "HTTP/1.1"), fields: fields)
        let startedAt = Timestamp(microseconds: 1_795_168_800_000_000)
        var captured = CapturedExchange(id: ExchangeID(time: startedAt, random: 1), startedAt: startedAt, head: head)
        captured.body = ByteBuffer(string: Self.body)
        captured.bodyLength = Self.body.utf8.count
        var attempt = CapturedAttempt(target: "anthropic", account: nil, because: "only target", startedAt: 0)
        attempt.sent = DerivedHead(keeping: head)
        let answer = HTTPHead(start: ("HTTP/1.1", "200", "OK"), fields: [HeaderField("content-length", "2")])
        attempt.head = answer
        attempt.body.append(ByteBuffer(string: "ok"), at: 10)
        attempt.kind = .success
        captured.attempts = [attempt]
        captured.answer = CapturedAnswer(status: 200, head: DerivedHead(keeping: answer), repeatsAttempt: true)
        pipeline.submit(.finished(captured), releasing: nil)
        await pipeline.close()
        try CatalogIndexer(layout).catchUp()
    }

    private func line(of path: String, _ uri: String = uri, _ body: String = body) throws -> String {
        let answers = try RecordedAnswers(try Sources.open([path]))
        let headers = [ScriptedHeader("content-type", "application/json"), ScriptedHeader("x-api-key", Self.token)]
        _ = answers.steps(answering: .sample(uri: uri, headers: headers, body: body))
        return answers.result.line
    }

    @Test("a live request matches the store and the exported bundle exactly, secrets and ids aside")
    func aLiveRequestMatches() async throws {
        let directory = try TemporaryDirectory()
        let layout = StoreLayout(home: directory.path + "/home")
        try await record(in: layout)
        let exact = "exact=1 normalised=0 minor=0 major=0 unmatched=0 unused=0"
        #expect(try line(of: layout.home) == exact)

        let source = try Sources.open([layout.home])
        let bundle = directory.path + "/incident.zip"
        let export = BundleExport(source: source, key: .random())
        let outcome = try export.run(try source.rows(ExchangeQuery()), to: bundle, created: WallClock.now())
        guard case .written = outcome else {
            Issue.record("not exported: \(outcome)")
            return
        }
        #expect(try line(of: bundle) == exact)
        let others = Self.body.replacing(Self.device, with: "ffff").replacing(
            Self.key.dropFirst(),
            with: Self.token.dropFirst()
        )
        #expect(try line(of: bundle, Self.uri.replacing("carol", with: "dave"), others) == exact)
        let document = Self.body.replacing(
            Self.encoded("the key is \(Self.key)."),
            with: Self.encoded("no key is \(Self.key)!.")
        )
        #expect(try line(of: bundle, Self.uri, document) == "exact=0 normalised=0 minor=0 major=0 unmatched=1 unused=1")
        let word = Self.body.replacing("mail", with: "tell")
        #expect(try line(of: bundle, Self.uri, word) == "exact=0 normalised=0 minor=0 major=0 unmatched=1 unused=1")
    }
}
