import Testing

@testable import Recorder

@Suite("Server-sent events")
struct SSEDecoderTests {
    /// What a decoder is to give out for a text, without the places.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var events: [[String?]]
        var isUnfinished = false
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "nothing", text: "", events: []),
        Case(name: "one event", text: "event: ping\ndata: {}\n\n", events: [["ping", "{}"]]),
        Case(
            name: "CRLF",
            text: "event: a\r\ndata: 1\r\n\r\nevent: b\r\ndata: 2\r\n\r\n",
            events: [["a", "1"], ["b", "2"]]
        ),
        Case(name: "CR", text: "event: a\rdata: 1\r\revent: b\rdata: 2\r\r", events: [["a", "1"], ["b", "2"]]),
        Case(
            name: "mixed line ends",
            text: "event: a\rdata: 1\ndata: 2\r\n\nevent: b\ndata:3\r\r\n",
            events: [["a", "1\n2"], ["b", "3"]]
        ),
        Case(name: "LF CR is two line ends", text: "data: 1\n\rdata: 2\n\n", events: [[nil, "1"], [nil, "2"]]),
        Case(name: "several data lines", text: "data: a\ndata\ndata:\ndata: b\n\n", events: [[nil, "a\n\n\nb"]]),
        Case(name: "empty data", text: "data\n\n", events: [[nil, ""]]),
        Case(
            name: "only one space goes",
            text: "data:  two\n\ndata:\ttab\n\n",
            events: [[nil, " two"], [nil, "\ttab"]]
        ),
        Case(name: "comments", text: ": hello\n\n:\n: x\nevent: a\n: y\ndata: 1\n:z\n\n", events: [["a", "1"]]),
        Case(name: "unknown fields", text: "foo: bar\ndata: 1\nDATA: 2\n data: 3\n\n", events: [[nil, "1"]]),
        Case(name: "a name without data", text: "event: stop\n\n", events: [["stop", ""]]),
        Case(name: "an id alone is no event", text: "id: 7\nretry: 10\n\ndata: 1\n\n", events: [[nil, "1"]]),
        Case(name: "the last name counts", text: "event: a\nevent: b\ndata: 1\n\n", events: [["b", "1"]]),
        Case(
            name: "a name does not stay",
            text: "event: a\ndata: 1\n\ndata: 2\n\n",
            events: [["a", "1"], [nil, "2"]]
        ),
        Case(
            name: "byte order mark",
            text: "\u{FEFF}data: 1\n\n\u{FEFF}data: 2\n\ndata: 3\n\n",
            events: [[nil, "1"], [nil, "3"]]
        ),
        Case(name: "blank lines", text: "\n\r\n\r\r\ndata: 1\n\n\n\n\n", events: [[nil, "1"]]),
        Case(
            name: "beyond ASCII",
            text: "event: é\ndata: {\"text\":\"日本 🎉\"}\n\n",
            events: [["é", "{\"text\":\"日本 🎉\"}"]]
        ),
        Case(name: "not closed", text: "data: 1\n\ndata: 2\n", events: [[nil, "1"]], isUnfinished: true),
        Case(name: "cut inside a line", text: "data: 1\n\nda", events: [[nil, "1"]], isUnfinished: true),
        Case(name: "cut inside a comment", text: "data: 1\n\n: pi", events: [[nil, "1"]]),
        Case(name: "colons in the value", text: "data: a: b:c\n\n", events: [[nil, "a: b:c"]]),
        Case(name: "no named field", text: ": c\n: d\n\n:", events: []),
    ]

    @Test("gives the same events whole, byte by byte and cut in two anywhere", arguments: cases)
    func decodes(_ example: Case) {
        let bytes = Array(example.text.utf8)
        var whole = SSEDecoder()
        let events = whole.feed(bytes)
        #expect(events.map { [$0.name, String(decoding: $0.data, as: UTF8.self)] } == example.events)
        #expect(whole.hasUnfinishedEvent == example.isUnfinished)
        #expect(!whole.hasOverflowed)

        var single = SSEDecoder()
        #expect(bytes.flatMap { single.feed(CollectionOfOne($0)) } == events)
        #expect(single.hasUnfinishedEvent == example.isUnfinished)
        #expect(single.isAtBorder == whole.isAtBorder)

        for cut in 0...bytes.count {
            var halves = SSEDecoder()
            #expect(halves.feed(bytes[..<cut]) + halves.feed(bytes[cut...]) == events, "cut at \(cut)")
        }
    }

    @Test("says where each event lies")
    func places() {
        var decoder = SSEDecoder()
        let events = decoder.feed("data: 1\n\n: c\nevent: x\r\ndata: 2\r\n\r\ndata: 3\r\r".utf8)
        #expect(events.map { [$0.start, $0.end] } == [[0, 9], [9, 33], [34, 43]])
    }

    @Test("keeps counting over reads")
    func placesOverReads() {
        var decoder = SSEDecoder()
        #expect(decoder.feed("data: 1".utf8).isEmpty)
        #expect(decoder.feed("\n".utf8).isEmpty)
        #expect(decoder.feed("\ndata: 2\n\n".utf8).map { [$0.start, $0.end] } == [[0, 9], [9, 18]])
    }

    @Test("knows where an event of our own may stand")
    func borders() {
        var decoder = SSEDecoder()
        let text = Array("data: 1\n\n: c\n\r\nx\n\n".utf8)
        var borders: [Int] = decoder.isAtBorder ? [0] : []
        for (index, byte) in text.enumerated() {
            _ = decoder.feed(CollectionOfOne(byte))
            if decoder.isAtBorder { borders.append(index + 1) }
        }
        #expect(borders == [0, 9, 13, 14, 15, 18])
    }

    @Test("reads id and retry")
    func otherFields() {
        var decoder = SSEDecoder()
        _ = decoder.feed("id: 7\nretry: 250\n\nid: a\0b\nretry: 1x\n\n".utf8)
        #expect(decoder.lastEventID == "7")
        #expect(decoder.retry == 250)
        _ = decoder.feed("id\n\n".utf8)
        #expect(decoder.lastEventID?.isEmpty == true)
    }

    @Test("drops an event beyond the limit, says so and goes on", arguments: [1, 7, 1000])
    func limit(size: Int) {
        let text = "event: a\ndata: " + String(repeating: "x", count: 60) + "\ndata: y\n\ndata: fine\n\n"
        var decoder = SSEDecoder(limit: 40)
        var events: [SSEEvent] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            events += decoder.feed(bytes[start..<min(bytes.count, start + size)])
        }
        #expect(events.map { String(decoding: $0.data, as: UTF8.self) } == ["fine"])
        #expect(decoder.hasOverflowed)
    }

    @Test("counts all data lines of an event against the limit", arguments: [1, 1000])
    func limitOverLines(size: Int) {
        let bytes = Array(String(repeating: "data: 0123456789\n", count: 5).utf8) + Array("\ndata: fine\n\n".utf8)
        var decoder = SSEDecoder(limit: 40)
        var events: [SSEEvent] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            events += decoder.feed(bytes[start..<min(bytes.count, start + size)])
        }
        #expect(events.map { String(decoding: $0.data, as: UTF8.self) } == ["fine"])
    }

    @Test("gives the same events for random texts however they are split")
    func fuzz() {
        var random = WireRandom(seed: 20_261_120)
        let parts = [
            "data", "event", "id", ":", " ", "\n", "\r", "\r\n", "\n\n", "x", "é", "\u{FEFF}", "\0", "retry: 5", ": c",
        ]
        for _ in 0..<3000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                bytes += Array((parts.randomElement(using: &random) ?? "").utf8)
            }
            if Bool.random(using: &random) { bytes = random.mutate(bytes, alphabet: Array(0...255)) }
            var whole = SSEDecoder(limit: 24)
            let events = whole.feed(bytes)
            var parted = SSEDecoder(limit: 24)
            var partedEvents: [SSEEvent] = []
            var position = 0
            while position < bytes.count {
                let end = min(bytes.count, position + Int.random(in: 1...5, using: &random))
                partedEvents += parted.feed(bytes[position..<end])
                position = end
            }
            #expect(events == partedEvents, "\(bytes)")
            #expect(whole.hasUnfinishedEvent == parted.hasUnfinishedEvent, "\(bytes)")
            #expect(whole.hasOverflowed == parted.hasOverflowed, "\(bytes)")
            #expect(whole.isAtBorder == parted.isAtBorder, "\(bytes)")
            #expect(events.map(\.end) == events.map(\.end).sorted())
        }
    }
}
