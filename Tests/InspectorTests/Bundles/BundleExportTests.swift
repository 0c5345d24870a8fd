import Foundation
import Inspector
import Recorder
import Testing

@testable import Inspector

@Suite(.timeLimit(.minutes(5)))
struct BundleExportTests {
    private static let everyForm: [SampleExchange] = [
        .success(1), .stream(2), .failover(3), .error(4), .cancelledBeforeHead(5), .networkFailure(6), .truncation(7),
        .omittedBody(8), .allOut(9),
    ]

    private static func request(_ metadata: String, _ text: String = "hello") -> SampleBody {
        .text(#"{"model":"m","metadata":\#(metadata),"messages":[{"role":"user","content":"\#(text)"}]}"#)
    }

    private static var jsonForm: String {
        #"{"user_id":"{\"device_id\":\"\#(BundleBench.device)\",\"account_uuid\":\"\#(BundleBench.account)\","#
            + #"\"session_id\":\"\#(BundleBench.session)\"}"}"#
    }

    private static var oldForm: String {
        #"{"user_id":"user_\#(BundleBench.device)_account_\#(BundleBench.account)_session_\#(BundleBench.session)"}"#
    }

    @Test("what was recorded leaves whole, in every container", arguments: ["all.zip", "all.tgz", "all.tar.zst"])
    func whatWasRecordedLeavesWhole(name: String) throws {
        let bench = try BundleBench(Self.everyForm)
        guard case .written(let parts) = try bench.export(name) else {
            Issue.record("refused: \(try bench.refusals())")
            return
        }
        #expect(parts.map(\.exchanges) == [9])
        #expect(parts.map(\.path) == [bench.path(name)])
        #expect(try bench.names == [name])
        let source = try Sources.open([bench.path(name)])
        let rows = try source.rows(ExchangeQuery())
        var expected = try bench.store.open().rows(ExchangeQuery())
        for index in expected.indices { expected[index].bundle = name }
        #expect(rows == expected)
        for row in rows {
            let (left, right) = (try source.recorded(row), try bench.store.open().recorded(row))
            #expect(left.exchange.decision == right.exchange.decision)
            #expect(left.exchange.attempts.map(\.cooldownReason) == right.exchange.attempts.map(\.cooldownReason))
            #expect(left.exchange.attempts.map(\.waited) == right.exchange.attempts.map(\.waited))
            for (mine, theirs) in zip(left.exchange.bodies, right.exchange.bodies) where mine.omitted == nil {
                #expect(try left.body(mine) == right.body(theirs))
            }
        }
        #expect(try BundleVerification(path: bench.path(name)).faults == [])
    }

    @Test("two exports of the same exchanges differ in the instant only")
    func twoExportsDifferInTheInstantOnly() async throws {
        var form = SampleExchange.success(1)
        form.requestBody = Self.request(Self.jsonForm)
        let bench = try BundleBench([form, .failover(2)])
        _ = try bench.export("a.zip")
        _ = try bench.export("b.zip", created: Timestamp(microseconds: 5))
        try await bench.shell(
            "mkdir a b; unzip -qd a a.zip; unzip -qd b b.zip; for d in a b; do "
                + "jq 'del(.created)' $d/manifest.json > $d/m; rm $d/manifest.json; done; diff -r a b"
        )
        _ = try bench.export("c.zip")
        try await bench.shell("cmp a.zip c.zip")
    }

    // MARK: - Secrets

    @Test("a secret in any place is a reason to refuse, named without its value")
    func aSecretInAnyPlaceIsAReason() throws {
        let secret = BundleBench.secret
        func planted(_ change: (inout SampleExchange) -> Void) throws -> [String] {
            var form = SampleExchange.failover(2)
            change(&form)
            let bench = try BundleBench([.success(1), form, .success(3)])
            let lines = try bench.refusals()
            #expect(try bench.names == [])
            #expect(!lines.joined().contains("aB3dE5gH"))
            return lines
        }
        let error = #"{"type":"error","error":{"type":"api_error","message":"\#(secret)"}}"#
        #expect(
            try planted { $0.requestBody = Self.request("{}", secret) } == [
                "x2 request body: anthropic", "x2.1 request body: anthropic", "x2.2 request body: anthropic",
            ]
        )
        #expect(
            try planted { $0.query = "beta=true&k=\(secret)" }
                == ["x2 query: anthropic", "x2.1 query: anthropic", "x2.2 query: anthropic"]
        )
        #expect(
            try planted { $0.attempts[0].response = SampleResponse(status: 500, body: .text(error)) }
                == ["x2.1 response body: anthropic"]
        )
        #expect(
            try planted { $0.response = SampleResponse(status: 500, body: .text(error)) }
                == ["x2 response body: anthropic"]
        )
        #expect(
            try planted { $0.response = SampleResponse(status: 200, body: .none, type: "text/plain; k=\(secret)") }
                == ["x2 response header content-type: anthropic"]
        )
        #expect(try planted { $0.attempts[1].because = "it has \(secret)" } == ["x2.2 because: anthropic"])
        #expect(try planted { $0.attempts[1].account = secret } == ["x2.2 account: anthropic"])
        #expect(try planted { $0.attempts[1].failure = secret } == ["x2.2 failure: anthropic"])
        #expect(try planted { $0.attempts[1].changes = ["key \(secret)"] } == ["x2.2 changes: anthropic"])
        #expect(
            try planted { $0.attempts[1].rejected = [RejectedCandidate(account: "a", because: secret)] }
                == ["x2.2 rejected because: anthropic"]
        )
        #expect(try planted { $0.attempts[0].cooldownReason = secret } == ["x2.1 cool-down reason: anthropic"])
        #expect(
            try planted { $0.decision = AnswerDecision(because: secret) } == ["x2 decision because: anthropic"]
        )
        #expect(
            try planted {
                let candidate = RejectedCandidate(account: secret, because: "key \(secret)")
                $0.decision = AnswerDecision(because: "b", rejected: [candidate])
            } == ["x2 decision rejected account: anthropic", "x2 decision rejected because: anthropic"]
        )
        #expect(try planted { $0.session = secret } == ["x2 session: anthropic"])
        #expect(try planted { $0.model = secret } == ["x2 model: anthropic"])
    }

    @Test("with masking, what is found is replaced and everything else stays")
    func withMaskingWhatIsFoundIsReplaced() async throws {
        let secret = BundleBench.secret
        var form = SampleExchange.stream(1)
        let text = "event: content_block_delta\ndata: {\"delta\":{\"text\":\"\(secret)\"}}\n\nevent: ping\ndata: {}\n\n"
        let split = [Chunk(offset: 10, length: 60), Chunk(offset: 20, length: text.utf8.count - 60)]
        form.response = SampleResponse(status: 200, body: .text(text), type: "text/event-stream", chunks: split)
        form.requestBody = Self.request("{}", "before \(secret) behind")
        form.attempts[0].because = "key \(secret)"
        let bench = try BundleBench([form])
        #expect(try bench.refusals().count == 4)
        guard case .written = try bench.export("m.zip", { $0.remasks = true }) else {
            Issue.record("refused")
            return
        }
        #expect(try await !bench.contents("m.zip").contains("aB3dE5gH"))
        #expect(try BundleVerification(path: bench.path("m.zip")).faults == [])
        let source = try Sources.open([bench.path("m.zip")])
        let recorded = try #require(try source.find(.address(ExchangeAddress(exchange: 1))))
        let body = String(decoding: try recorded.body(recorded.exchange.request.body), as: UTF8.self)
        #expect(body.contains(#""content":"before ***masked:anthropic:"#))
        #expect(body.contains(#"*** behind"}]}"#))
        #expect(recorded.exchange.attempts[0].because.hasPrefix("key ***masked:anthropic:"))
        #expect(recorded.exchange.request.body.wireLength == form.requestLength)
    }

    // MARK: - Ids

    @Test("ids in both forms become the same tags, and the session stays")
    func idsInBothFormsBecomeTheSameTags() async throws {
        let user = "user_\(BundleBench.device)_account_\(BundleBench.account)"
        var forms = [SampleExchange.success(1), .success(2), .success(3)]
        forms[0].requestBody = Self.request(Self.jsonForm, "I am on \(BundleBench.device)")
        forms[1].requestBody = Self.request(Self.oldForm)
        // Names nobody, but mentions one who is named elsewhere.
        forms[2].requestBody = .text(#"{"model":"m","messages":["\#(BundleBench.account)"]}"#)
        for index in 0..<2 { forms[index].user = user }
        let bench = try BundleBench(forms)
        _ = try bench.export("t.zip")
        let all = try await bench.contents("t.zip")
        #expect(!all.contains(BundleBench.device))
        #expect(!all.contains(BundleBench.account))
        #expect(all.contains(#"\"session_id\":\"\#(BundleBench.session)\""#))
        let users = try await bench.shell("unzip -p t.zip exchanges.ndjson | jq -r .user | sort -u").split(
            separator: "\n"
        )
        #expect(users.count == 2)
        let tagged = try #require(users.last)
        let pattern = /user_(\*\*\*masked:id:[0-9a-f]{8}\*\*\*)_account_(\*\*\*masked:id:[0-9a-f]{8}\*\*\*)/
        let match = try #require(tagged.wholeMatch(of: pattern))
        #expect(match.1 != match.2)
        #expect(all.contains(#"\"device_id\":\"\#(match.1)\",\"account_uuid\":\"\#(match.2)\""#))
        #expect(all.contains("I am on \(match.1)\""))
        #expect(all.contains("user_\(match.1)_account_\(match.2)_session_\(BundleBench.session)\""))
        #expect(all.contains(#""messages":["\#(match.2)"]"#))
        #expect(try BundleVerification(path: bench.path("t.zip")).identities == .tagged)
        #expect(try BundleVerification(path: bench.path("t.zip")).faults == [])

        _ = try bench.export("k.zip") { $0.keepsIdentities = true }
        #expect(try await bench.contents("k.zip").contains(BundleBench.device))
        #expect(try BundleVerification(path: bench.path("k.zip")).identities == .kept)
    }

    @Test("a plain name is tagged where it is a name, not where it is a word")
    func aPlainNameIsTaggedWhereItIsAName() async throws {
        var form = SampleExchange.success(1)
        form.requestBody = Self.request(#"{"user_id":"bob"}"#, "bob likes bobsleds")
        form.user = "bob"
        form.query = "claude-code-user=anna%20smith&beta=true"
        let bench = try BundleBench([form])
        _ = try bench.export("p.zip")
        let all = try await bench.contents("p.zip")
        #expect(all.contains("bob likes bobsleds"))
        #expect(!all.contains(#""bob""#))
        #expect(!all.contains("anna"))
        #expect(all.contains("&beta=true"))
    }

    @Test("what was exported before keeps its tags under any key")
    func whatWasExportedBeforeKeepsItsTags() throws {
        var form = SampleExchange.success(1)
        form.requestBody = Self.request(Self.jsonForm)
        form.user = "user_\(BundleBench.device)_account_\(BundleBench.account)"
        let bench = try BundleBench([form])
        _ = try bench.export("a.zip")
        let source = try Sources.open([bench.path("a.zip")])
        let export = BundleExport(source: source, key: .random())
        _ = try export.run(try source.rows(ExchangeQuery()), to: bench.path("b.zip"), created: BundleBench.created)
        let again = try Sources.open([bench.path("b.zip")]).rows(ExchangeQuery())
        #expect(again.map(\.user) == (try source.rows(ExchangeQuery()).map(\.user)))
        #expect(again.first?.user?.contains("masked:id") == true)
    }

    /// Changes a byte of one of the pieces before the first exchange of a store.
    private func damage(_ bench: BundleBench, _ choose: ([SegmentFrame]) -> SegmentFrame?) throws {
        try bench.store.index()
        let path = bench.store.layout.segment(1)
        var reader = try SegmentReader(path: path)
        var pieces: [SegmentFrame] = []
        frames: while let frame = try reader.next() {
            switch frame.content {
            case .piece: pieces.append(frame)
            case .exchange: break frames
            default: continue
            }
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(try #require(choose(pieces)).end - 1))
        try file.write(contentsOf: [0])
        try file.close()
    }

    @Test("where nothing is left that could leave, nothing is written and the damage is the error")
    func everythingDamaged() throws {
        let bench = try BundleBench([.stream(1), .error(2)])
        // Both have the same request.
        try damage(bench) { $0.first }
        let source = try bench.store.open()
        var told: [String] = []
        let export = BundleExport(source: source, key: .random(), notice: { told.append($0) })
        #expect(throws: StoreError.self) {
            try export.run(
                try source.rows(ExchangeQuery()),
                to: bench.path("c.zip"),
                created: BundleBench.created
            )
        }
        #expect(told.map { $0.prefix(16) } == ["x1 is left out: ", "x2 is left out: "])
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.directory.path).isEmpty)
    }

    @Test("an exchange that is damaged is left out and told, and the others leave")
    func damagedExchange() async throws {
        let bench = try BundleBench([.stream(1), .error(2)])
        // The last piece before an exchange is its own.
        try damage(bench) { $0.last }
        let source = try bench.store.open()
        var told: [String] = []
        let export = BundleExport(source: source, key: .random(), notice: { told.append($0) })
        let outcome = try export.run(
            try source.rows(ExchangeQuery()),
            to: bench.path("c.zip"),
            created: BundleBench.created
        )
        guard case .written(let parts) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(parts.map(\.exchanges) == [1])
        #expect(told.count == 1 && told.first?.hasPrefix("x1 is left out: ") == true, "\(told)")
        let bundle = try BundleFile(path: bench.path("c.zip"))
        #expect(bundle.rows.map(\.summary.number) == [2])
        #expect(bundle.manifest?.missing.map(\.reason) == ["damaged"])
        #expect(try BundleVerification(path: bench.path("c.zip")).faults == [])
    }

    // MARK: - Files

    /// Exchanges of which each has a text of its own that packs badly.
    private static let bulky: [SampleExchange] = (1...16 as ClosedRange<UInt64>).map { number in
        var form = SampleExchange.failover(number)
        var state = number
        let words = (0..<500).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return String(state >> 40, radix: 36)
        }
        form.requestBody = request("{}", words.joined(separator: " "))
        return form
    }

    @Test("what is too long is split by time, and each part is a bundle")
    func whatIsTooLongIsSplit() throws {
        let bench = try BundleBench(Self.bulky)
        guard case .written(let whole) = try bench.export("w.zip") else {
            Issue.record("refused")
            return
        }
        let limit = whole[0].bytes * 2 / 3
        guard case .written(let parts) = try bench.export("s.zip", { $0.maximumSize = limit }) else {
            Issue.record("not written")
            return
        }
        #expect(parts.count > 1)
        #expect(parts.map(\.path) == (1...parts.count).map { bench.path("s-\($0).zip") })
        #expect(parts.allSatisfy { $0.bytes <= limit })
        #expect(try bench.names == parts.indices.map { "s-\($0 + 1).zip" } + ["w.zip"])
        let numbers = try parts.flatMap { try Sources.open([$0.path]).rows(ExchangeQuery()).map(\.number) }
        #expect(numbers == Array(1...16))
        for part in parts { #expect(try BundleVerification(path: part.path).faults == []) }
    }

    @Test("when one part can't get its name, none stays")
    func whenOnePartCannotGetItsName() async throws {
        let bench = try BundleBench(Self.bulky)
        guard case .written(let whole) = try bench.export("w.zip") else {
            Issue.record("refused")
            return
        }
        try await bench.shell("mkdir -p s-2.zip/full")
        #expect(throws: StoreError.self) {
            try bench.export("s.zip") {
                $0.maximumSize = whole[0].bytes * 2 / 3
                $0.overwrites = true
            }
        }
        #expect(try bench.names == ["s-2.zip", "w.zip"])
    }

    @Test("an exchange that is too long alone leaves nothing behind")
    func anExchangeThatIsTooLongAlone() throws {
        let bench = try BundleBench([.success(1), .success(2)])
        guard case .tooLarge(let address, let bytes) = try bench.export("s.zip", { $0.maximumSize = 500 }) else {
            Issue.record("written")
            return
        }
        #expect(address.description == "x1")
        #expect(bytes > 500)
        #expect(try bench.names == [])
    }

    @Test("a file that is there stays unless it may be replaced")
    func aFileThatIsThereStays() throws {
        let bench = try BundleBench([.success(1)])
        _ = try bench.export("a.zip")
        #expect(throws: StoreError.self) { try bench.export("a.zip") }
        _ = try bench.export("a.zip") { $0.overwrites = true }
        #expect(throws: StoreError.self) { try bench.export("a.rar") }
    }
}

extension SampleExchange {
    fileprivate var requestLength: Int {
        if case .text(let text) = requestBody { text.utf8.count } else { 0 }
    }
}
