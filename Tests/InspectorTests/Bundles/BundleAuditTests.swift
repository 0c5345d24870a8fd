import Inspector
import Recorder
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BundleAuditTests {
    @Test("it counts by kind what is in a bundle, and shows texts on request only")
    func itCountsByKindWhatIsInABundle() throws {
        var form = SampleExchange.failover(2)
        form.user = "someone"
        form.requestBody = .text(
            #"{"model":"m","system":"***masked:github:0123abcd***","messages":[{"role":"user","content":"what is this?"}]}"#
        )
        let bench = try BundleBench([.success(1), form])
        _ = try bench.export("a.zip")
        let source = try Sources.open([bench.path("a.zip")])
        let lines = try BundleAudit(source).lines([])
        #expect(lines[0] == "2 exchanges, 0 errors, 3 attempts")
        for line in ["  3  team", "  1  team-a", "  1  team-b", "  5  POST /v1/messages", "  1  github", "  1  id"] {
            #expect(lines.contains(line) == (line != "  3  team"), "\(line) in \(lines)")
        }
        #expect(!lines.joined().contains("what is this?"))
        let sampled = try BundleAudit(source, samples: 4).lines([])
        #expect(sampled.contains("  x2 request: what is this?"), "\(sampled)")
        #expect(sampled.contains("  x2 response: Hi"))
    }
}
