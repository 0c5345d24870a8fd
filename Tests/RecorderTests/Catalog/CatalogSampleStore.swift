import Foundation

@testable import Recorder

/// A store in a temporary directory, removed with the value, for tests of the catalog.
final class CatalogSampleStore {
    let layout: StoreLayout
    private var writer: SegmentWriter

    init() throws {
        layout = StoreLayout(home: NSTemporaryDirectory() + "catalog-tests-" + UUID().uuidString)
        try layout.create()
        writer = try SegmentWriter(layout: layout, number: 1)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: layout.home)
    }

    /// Writes exchanges with the given numbers; every third is an error.
    func add(_ numbers: some Sequence<Int>) throws {
        for number in numbers { writer.append(exchange(number)) }
        try writer.flush(toDisk: false)
    }

    func add(_ gap: RecordingGap) throws {
        writer.append(gap)
        try writer.flush(toDisk: false)
    }

    /// Writes a frame with a right checksum and any content.
    func addFrame(_ type: SegmentFormat.FrameType, _ payload: [UInt8]) throws {
        let crc = payload.withUnsafeBytes { Checksum.crc32(type: type.rawValue, $0) }
        var bytes: [UInt8] = []
        for number in [UInt32(payload.count), crc] {
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
        }
        bytes += [type.rawValue] + payload
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: layout.segment(writer.number)))
        try file.seekToEnd()
        try file.write(contentsOf: Data(bytes))
        try file.close()
        writer = try SegmentWriter(layout: layout, number: writer.number + 1)
    }

    func beginSegment(_ number: Int) throws {
        writer = try SegmentWriter(layout: layout, number: number)
    }

    /// The numbers of all rows, in order of time.
    func indexed(_ query: ExchangeQuery = ExchangeQuery()) throws -> [UInt64] {
        try CatalogReader(path: layout.catalog).read { snapshot in
            var numbers: [UInt64] = []
            try snapshot.forEach(query, excluding: CatalogExclusion(), oldestFirst: true) {
                numbers.append($0.summary.number)
                return true
            }
            return numbers
        }
    }

    private func exchange(_ number: Int) -> Exchange {
        let start = Timestamp(microseconds: 1_795_168_800_000_000 + Int64(number) * 1_000_000)
        let text = number.isMultiple(of: 3) ? #"{"type":"error","error":{"type":"api_error"}}"# : #"{"n":\#(number)}"#
        let piece = Array(text.utf8).withUnsafeBytes { writer.append(piece: $0) }
        let body = BodyRecord(
            wireLength: text.utf8.count,
            storedLength: text.utf8.count,
            pieces: [PieceRun(offset: piece.offset, count: 1)]
        )
        var exchange = Exchange(
            id: ExchangeID(time: start, random: UInt64(number)),
            number: UInt64(number),
            startedAt: start,
            request: RecordedRequest(method: "POST", path: "/v1/messages"),
            response: RecordedResponse(
                status: number.isMultiple(of: 3) ? 500 : 200,
                headers: HeaderBlock([HeaderField("content-type", "application/json")]),
                body: body,
                chunks: [Chunk(offset: 5, length: text.utf8.count)]
            ),
            duration: 9
        )
        exchange.session = "s-\(number % 4)"
        return exchange
    }
}
