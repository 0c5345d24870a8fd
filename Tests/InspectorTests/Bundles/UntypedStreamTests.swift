import Inspector
import Recorder
import Testing

@Suite(.timeLimit(.minutes(5)))
struct UntypedStreamTests {
    @Test(
        "a secret in parts is found in a stream whose type nobody says",
        arguments: ["", "text/plain; charset=utf-8"]
    )
    func aSecretInParts(type: String) async throws {
        let secret = BundleBench.secret
        let cuts = [secret.prefix(30), secret.dropFirst(30).prefix(40), secret.dropFirst(70)]
        let events = cuts.map {
            "event: content_block_delta\n"
                + #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#($0)"}}"#
                + "\n\n"
        }
        var form = SampleExchange.success(1)
        form.response = SampleResponse(status: 200, body: .text(events.joined()), type: type)
        let bench = try BundleBench([form])
        #expect(try bench.refusals() == ["x1 response body: anthropic"])
        _ = try bench.export("m.zip") { $0.remasks = true }
        let all = try await bench.contents("m.zip")
        for cut in cuts { #expect(!all.contains(cut.suffix(20))) }
        #expect(all.contains("***masked:anthropic:"))
        #expect(try BundleVerification(path: bench.path("m.zip")).faults == [])
    }
}
