import NIOCore
import Testing

@testable import Recorder

@Suite
struct RequestStoreTests {
    /// A request store that writes into a segment of its own.
    private final class Bench {
        let store: TemporaryStore
        var requests: RequestStore
        var segment: SegmentWriter?
        private var stored: [(expected: String, record: BodyRecord)] = []

        init(historyLimit: Int = 64 << 20) throws {
            store = try TemporaryStore()
            let masker = Masker(key: try MaskingKey.load(orCreateAt: store.layout.maskingKey))
            requests = RequestStore(masker: masker, historyLimit: historyLimit)
            segment = try SegmentWriter(layout: store.layout, number: 1)
        }

        func add(_ body: String, session: String? = "session-1") {
            var sample = CaptureSample(1)
            sample.session = session
            let request = requests.store(ByteBuffer(string: body), sample.head, in: &segment)
            stored.append((body, request.body.record(in: 1)))
        }

        /// Whether a body is left out.
        func storesNot(_ body: [UInt8], _ head: String) -> Bool {
            requests.store(ByteBuffer(bytes: body), .sample(head), in: &segment).body.omitted == "not UTF-8"
        }

        /// Writes everything and compares each body with what is read back.
        func check(sourceLocation: SourceLocation = #_sourceLocation) throws -> Int {
            try segment?.flush(toDisk: false)
            var reader = try SegmentReader(path: store.layout.segment(1))
            for (index, (expected, record)) in stored.enumerated() {
                let body = try reader.body(record)
                #expect(body.elementsEqual(expected.utf8), "body \(index)", sourceLocation: sourceLocation)
                #expect(record.wireLength == expected.utf8.count, sourceLocation: sourceLocation)
            }
            return try store.read().pieceBytes
        }
    }

    @Test("fifty turns cost what is new in them")
    func fiftyTurnsCostWhatIsNewInThem() throws {
        let bench = try Bench()
        var conversation = Conversation("main")
        var (all, new) = (0, 0)
        for _ in 0..<50 {
            let turn = conversation.next()
            bench.add(turn.body)
            all += turn.body.utf8.count
            new += turn.newBytes
        }
        #expect(bench.requests.worked == new)
        #expect(bench.requests.repeated == all - new)
        #expect(try bench.check() == new)
        // The numbers themselves: without reuse it would be some twenty times as much.
        #expect(all > 15 * new)
    }

    @Test(
        "JSON is read as JSON also where its type is missing or only says text",
        arguments: ["", "content-type: text/plain\n"]
    )
    func readsJSONByItsLook(type: String) throws {
        let bench = try Bench()
        let head = HTTPHead.sample("POST /v1/messages HTTP/1.1\nhost: a\n" + type)
        let body = #"{"model":"m-1","stream":true,"messages":[]}"#
        let request = bench.requests.store(ByteBuffer(string: body), head, in: &bench.segment)
        #expect(request.facts.model == "m-1")
        #expect(request.facts.stream == true)
        let other = bench.requests.store(ByteBuffer(string: "{ no json }"), head, in: &bench.segment)
        #expect(other.facts.model == nil)
        #expect(other.body.length == 11)
    }

    @Test(
        "what is no UTF-8 under the name of JSON is not stored",
        arguments: [
            Array("{\"key\":\"sk-ant-api03-AAAA\"}".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] as [UInt8] },
            Array(repeating: UInt8(0x20), count: 400) + [0xFF, 0xFE, 0x73, 0x00] as [UInt8],
            [0x1F, 0x8B, 0x08, 0x00, 0x00],
            Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8),
        ] as [[UInt8]]
    )
    func refusesWhatIsNoText(bytes: [UInt8]) throws {
        let bench = try Bench()
        for type in ["content-type: application/json\n", "content-type: text/plain\n", ""] {
            let head = HTTPHead.sample("POST /v1/messages HTTP/1.1\nhost: a\n" + type)
            let request = bench.requests.store(ByteBuffer(bytes: bytes), head, in: &bench.segment)
            #expect(request.body.omitted == "not UTF-8")
            #expect(request.body.length == 0)
        }
    }

    @Test("JSON in a named alphabet of single bytes is stored, but not with zero bytes in it")
    func readsNamedAlphabets() throws {
        let bench = try Bench()
        let start = "POST /v1/messages HTTP/1.1\nhost: a\ncontent-type: application/json; charset="
        let body = Array(#"{"a":""#.utf8) + [0xE4, 0x20] + Array(#""}"#.utf8)
        func store(_ body: [UInt8], _ charset: String) -> String? {
            bench.requests.store(ByteBuffer(bytes: body), .sample(start + charset), in: &bench.segment).body.omitted
        }
        for charset in ["iso-8859-1", "latin1", "windows-1252"] {
            #expect(store(body, charset) == nil)
            #expect(store(body + [0], charset) == "not UTF-8")
        }
        #expect(try Bench().storesNot(body, start + "utf-8"))
    }

    @Test("the name of a conversation does not depend on what came before")
    func factsAreTheConversationsOwn() throws {
        let body = #"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#
        let plain = "POST /v1/messages HTTP/1.1\nhost: a\ncontent-type: application/json"
        func hash(after lines: [String]) throws -> String? {
            let bench = try Bench()
            var last: StoredRequest?
            for line in lines + [plain] {
                last = bench.requests.store(ByteBuffer(string: body), .sample(line), in: &bench.segment)
            }
            return last?.facts.sessionHash
        }
        #expect(try hash(after: []) != nil)
        #expect(try hash(after: [plain + "\nx-session-id: abc"]) == hash(after: []))
    }

    @Test("sub-agents under the same session do not make the conversation anew")
    func subAgentsUnderTheSameSessionDoNot() throws {
        let bench = try Bench()
        var main = Conversation("main")
        var new = 0
        func add(_ conversation: inout Conversation) {
            let turn = conversation.next()
            bench.add(turn.body)
            new += turn.newBytes
        }
        for _ in 0..<5 { add(&main) }
        for round in 0..<5 {
            // One long sub-agent, then two that take turns, while the conversation waits.
            var long = Conversation("agent \(round)", words: 150)
            for _ in 0..<8 { add(&long) }
            var (first, second) = (
                Conversation("first \(round)", words: 100), Conversation("second \(round)", words: 100)
            )
            for _ in 0..<4 {
                add(&first)
                add(&second)
            }
            add(&main)
        }
        // Only the names of members are the same in all of them.
        #expect((new - 10_000...new).contains(bench.requests.worked))
        #expect(try bench.check() <= new)
    }

    @Test("without a session the beginning of the body names the conversation")
    func withoutASessionTheBeginningOfTheBody() throws {
        let bench = try Bench()
        var conversation = Conversation("nameless")
        var new = 0
        for _ in 0..<10 {
            let turn = conversation.next()
            bench.add(turn.body, session: nil)
            new += turn.newBytes
        }
        #expect(bench.requests.worked == new)
        #expect(try bench.check() == new)
    }

    @Test("a changed history is stored as it is now")
    func aChangedHistoryIsStoredAsItIs() throws {
        let bench = try Bench()
        var conversation = Conversation("edited")
        var body = ""
        for _ in 0..<6 { body = conversation.next().body }
        bench.add(body)
        bench.add(body.split(separator: "You are edited").joined(separator: "You are changed"))
        bench.add(String(body.dropLast(2)))
        bench.add(body + " ")
        bench.add("")
        bench.add("[1,2,3]")
        bench.add("no json at all")
        bench.add(#"{"messages":[],"messages":[{"role":"user"}]}"#)
        bench.add(body)
        _ = try bench.check()
    }

    @Test("bodies that were edited anywhere are read back byte for byte")
    func bodiesThatWereEditedAnywhereAreReadBack() throws {
        var random = WireRandom(seed: 41)
        let bench = try Bench()
        var conversation = Conversation("fuzz", words: 20)
        var body = conversation.next().body
        for turn in 0..<250 {
            if turn % 5 == 0 { body = conversation.next().body }
            let changed = random.mutate(Array(body.utf8), alphabet: Array("{}[]\",: \\a0".utf8))
            // What is no text is not stored, which is another test's business.
            guard let text = String(validating: changed, as: UTF8.self) else { continue }
            bench.add(text)
            if turn % 2 == 0 { bench.add(body) }
        }
        _ = try bench.check()
    }

    @Test("the history stays within its limit and forgets the oldest conversation first")
    func theHistoryStaysWithinItsLimitAndForgets() throws {
        var history = RequestHistory(limit: 1_000_000)
        let size = 30_000
        func body(_ key: UInt64) -> ByteBuffer {
            let number = "\(key) "
            return ByteBuffer(string: number + String(repeating: "x", count: size - number.utf8.count))
        }
        for key in 0..<200 as Range<UInt64> {
            let entry = RequestHistory.Entry(
                key: key,
                body: body(key),
                cut: CutResult(),
                units: [],
                facts: StoredRequest.Facts()
            )
            history.keep(entry, for: key)
            #expect(history.bytes <= 1_000_000)
        }
        let isKept = (0..<200 as Range<UInt64>).map { key in
            body(key).withUnsafeReadableBytes { history.best(for: key, $0)?.body } == body(key)
        }
        let kept = 1_000_000 / size
        #expect(isKept == Array(repeating: false, count: 200 - kept) + Array(repeating: true, count: kept))
        #expect(history.bytes == kept * size)
        history.removeAll()
        #expect(history.bytes == 0)
    }

    @Test("a conversation in use is not the oldest")
    func aConversationInUseIsNotTheOldest() {
        var history = RequestHistory(limit: 1000)
        func entry(_ byte: UInt8) -> RequestHistory.Entry {
            let body = ByteBuffer(repeating: byte, count: 200)
            return RequestHistory.Entry(key: 0, body: body, cut: CutResult(), units: [], facts: StoredRequest.Facts())
        }
        for key in 1...50 as ClosedRange<UInt64> {
            history.keep(entry(0), for: 0)
            history.keep(entry(UInt8(key)), for: key)
            let found = entry(0).body.withUnsafeReadableBytes { history.best(for: 0, $0) }
            #expect(found?.body == entry(0).body)
            #expect(history.bytes <= 1000)
        }
    }

    @Test("a body beyond a quarter of the limit is stored but not kept")
    func aBodyBeyondAQuarterOfTheLimit() throws {
        let bench = try Bench(historyLimit: 100_000)
        var conversation = Conversation("large")
        let body = conversation.next().body
        #expect(body.utf8.count > 25_000)
        bench.add(body)
        bench.add(body)
        #expect(bench.requests.worked == 2 * body.utf8.count)
        #expect(try bench.check() == body.utf8.count)
    }
}
