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

    @Test("accounts that were passed over are named as well")
    func accountsPassedOver() throws {
        var form = SampleExchange.allOut(1)
        form.attempts[1].rejected.append(RejectedCandidate(account: "team-c", because: "paused"))
        form.decision?.rejected.append(RejectedCandidate(account: "team-d", because: "paused"))
        let bench = try BundleBench([form])
        let lines = try BundleAudit(bench.store.open()).lines([])
        for line in ["  1  team-a", "  1  team-b", "  0  team-c", "  0  team-d"] {
            #expect(lines.contains(line), "\(line) in \(lines)")
        }
    }

    @Test("what a bundle holds beside its exchanges is listed, and looked into")
    func whatABundleHoldsBeside() async throws {
        let bench = try BundleBench([.success(1)])
        _ = try bench.export("a.zip")
        try await bench.shell(
            """
            mkdir d; cd d; unzip -q ../a.zip; mkdir x
            printf 'see ***masked:aws:0123abcd*** and ***masked:aws:0123abce***' > "x/notes$(printf '\\033').txt"
            printf 'key ***masked:github:0123abcd***' > p; mv p pieces/$(sha256sum < p | cut -c1-64)
            printf '<p>***masked:jwt:0123abcd***' > report.html
            zip -qr ../b.zip manifest.json exchanges.ndjson SUMMARY.md report.html x pieces
            zip -qr ../c.zip manifest.json exchanges.ndjson SUMMARY.md report.html pieces
            """
        )
        #expect(throws: StoreError.self) { try BundleAudit(try Sources.open([bench.path("b.zip")])) }
        let audit = try BundleAudit(try Sources.open([bench.path("c.zip")]))
        let lines = audit.lines([])
        #expect(lines.contains("1 pieces of no exchange, 32 B"), "\(lines)")
        let members = lines.suffix(from: try #require(lines.firstIndex(of: "bytes of other members:")))
        #expect(members.contains { $0.hasSuffix("  28  report.html") }, "\(members)")
        #expect(members.contains { $0.hasSuffix("  SUMMARY.md") })
        #expect(lines.contains("  1  github"))
        #expect(lines.contains("  1  jwt"))
        var json = JSONWriter()
        audit.write([], into: &json)
        let text = String(decoding: json.bytes, as: UTF8.self)
        #expect(text.contains(#""stray_pieces":1,"stray_bytes":32,"#))
        #expect(text.contains(#""report.html":28"#))
    }

    @Test("names that a table has no room for are counted in JSON, too")
    func namesWithoutRoom() throws {
        let bench = try BundleBench(
            (1...203 as ClosedRange<UInt64>).map { number in
                var form = SampleExchange.success(number)
                form.session = "s-\(number)"
                return form
            }
        )
        var json = JSONWriter()
        try BundleAudit(bench.store.open()).write([], into: &json)
        #expect(String(decoding: json.bytes, as: UTF8.self).contains(#""others":{"sessions":3}"#))
    }
}
