import Foundation
import TestSupport
import Testing

@testable import ProxyRuntime
@testable import Recorder

@Suite("Tokens of clients' keys")
struct ClientKeyCatalogTests {
    /// Writes an exchange of a client, with 11 tokens in, 1 read from the cache and 8 out.
    private func append(_ number: UInt64, _ client: String?, at time: Timestamp, to writer: inout SegmentWriter) {
        let text = """
            {"type":"message","usage":{"input_tokens":11,"cache_read_input_tokens":1,"output_tokens":8}}
            """
        let piece = Array(text.utf8).withUnsafeBytes { writer.append(piece: $0) }
        let body = BodyRecord(
            wireLength: text.utf8.count,
            storedLength: text.utf8.count,
            pieces: [PieceRun(offset: piece.offset, count: 1)]
        )
        var exchange = Exchange(
            id: ExchangeID(time: time, random: number),
            number: number,
            startedAt: time,
            request: RecordedRequest(method: "POST", path: "/v1/messages"),
            response: RecordedResponse(
                status: 200,
                headers: HeaderBlock([HeaderField("content-type", "application/json")]),
                body: body,
                chunks: [Chunk(offset: 5, length: text.utf8.count)]
            ),
            duration: 9
        )
        exchange.clientKey = client
        exchange.replayOf = number == 5 ? "x" : nil
        writer.append(exchange)
    }

    @Test("what the catalog knows of today counts from the start, what is recorded later when it is indexed")
    func follows() throws {
        let home = try SampleHome()
        let key = ClientKey.random()
        var entry = ClientKey(name: "alice", digest: ClientKey.digest(of: key), createdAt: instant())
        entry.tokensPerDay = 80
        let added = entry
        try ClientKeysFile.edit(in: home.layout) { (file) throws(SettingsError) in try file.add(added) }
        let ring = try ClientKeyRing(layout: home.layout, logger: LogLines().logger)
        let head = try request("x-api-key: \(key)")
        func isAccepted() -> Bool {
            if case .accepted = ring.check(head, at: instant(60)) { true } else { false }
        }

        var writer = try SegmentWriter(layout: home.layout, number: 1)
        append(1, "alice", at: instant(-86_400), to: &writer)
        append(2, "alice", at: instant(), to: &writer)
        append(3, "bob", at: instant(1), to: &writer)
        append(4, nil, at: instant(2), to: &writer)
        try writer.flush(toDisk: false)
        try CatalogIndexer(home.layout).catchUp()
        // 20 of 80 were used today.
        let follower = ring.follow(catalog: home.layout.catalog, at: instant(60))
        let indexer = CatalogIndexer(home.layout, follower: follower)
        try indexer.catchUp()
        #expect(isAccepted())

        append(5, "alice", at: instant(3), to: &writer)
        append(6, "alice", at: instant(4), to: &writer)
        try writer.flush(toDisk: false)
        try indexer.catchUp()
        #expect(isAccepted())
        append(7, "alice", at: instant(5), to: &writer)
        try writer.flush(toDisk: false)
        #expect(isAccepted())
        try indexer.catchUp()
        #expect(!isAccepted())

        // A catalog that is not there yet counts for nothing; all is told when it is built.
        let other = try ClientKeyRing(layout: home.layout, logger: LogLines().logger)
        let fresh = other.follow(catalog: home.layout.catalog + ".none", at: instant(60))
        #expect(fresh.after == 0)
    }
}
