import Testing

@testable import Recorder

@Suite
struct SegmentTests {
    private func append(_ text: String, to writer: inout SegmentWriter) -> (offset: UInt64, isNew: Bool) {
        Array(text.utf8).withUnsafeBytes { writer.append(piece: $0) }
    }

    private func exchange(_ number: UInt64, _ pieces: [PieceRun], length: Int) -> Exchange {
        let time = Timestamp(microseconds: 1_795_168_800_000_000 + Int64(number))
        let body = BodyRecord(wireLength: length, storedLength: length, pieces: pieces)
        let request = RecordedRequest(method: "POST", path: "/v1/messages", body: body)
        return Exchange(id: ExchangeID(time: time, random: number), number: number, startedAt: time, request: request)
    }

    /// Two groups: exchange 1 with "one", exchange 2 with "onetwo".
    private func smallSegment(_ store: TemporaryStore) throws -> (bytes: [UInt8], firstGroup: Int) {
        var writer = try SegmentWriter(layout: store.layout, number: 1)
        let one = append("one", to: &writer).offset
        writer.append(exchange(1, [PieceRun(offset: one, count: 1)], length: 3))
        try writer.flush(toDisk: false)
        let firstGroup = writer.length
        let two = append("two", to: &writer).offset
        writer.append(exchange(2, [PieceRun(offset: one, count: 1), PieceRun(offset: two, count: 1)], length: 6))
        try writer.flush(toDisk: false)
        return (try store.bytes(), firstGroup)
    }

    @Test("equal content is stored once, in one group, over groups and after a restart")
    func equalContentIsStoredOnceInOneGroup() throws {
        let store = try TemporaryStore()
        var writer = try SegmentWriter(layout: store.layout, number: 1)
        let first = append("same", to: &writer)
        #expect(first == (8, true))
        #expect(append("same", to: &writer) == (8, false))
        try writer.flush(toDisk: false)
        #expect(append("same", to: &writer) == (8, false))
        let other = append("other", to: &writer)
        #expect(other == (8 + 9 + 32 + 4, true))
        try writer.flush(toDisk: false)

        writer = try SegmentWriter(layout: store.layout, number: 1)
        #expect(append("other", to: &writer) == (other.offset, false))
        #expect(append("third", to: &writer).isNew)
        try writer.flush(toDisk: false)
        #expect(try store.read().pieces == [4, 5, 5])
    }

    @Test("nothing reaches the file before the group is written")
    func nothingReachesTheFileBeforeTheGroupIs() throws {
        let store = try TemporaryStore()
        var writer = try SegmentWriter(layout: store.layout, number: 1)
        _ = append("text", to: &writer)
        #expect(try store.bytes().isEmpty)
        #expect(writer.pending == 8 + 9 + 32 + 4)
        try writer.flush(toDisk: false)
        #expect(try store.bytes().count == writer.length)
        #expect(writer.pending == 0)
    }

    @Test("wherever a crash cut the file, whole frames are kept and writing goes on behind them")
    func whereverACrashCutTheFileWholeFrames() throws {
        let source = try TemporaryStore()
        let (bytes, firstGroup) = try smallSegment(source)
        for length in 0...bytes.count {
            let store = try TemporaryStore()
            try store.write(bytes.prefix(length))
            let before = try store.read().numbers
            #expect(before == (length == bytes.count ? [1, 2] : length >= firstGroup ? [1] : []), "cut at \(length)")

            var writer = try SegmentWriter(layout: store.layout, number: 1)
            #expect(writer.lastExchangeNumber == before.last ?? 0)
            let whole = try store.bytes().count
            #expect(whole + writer.droppedTail == length)
            let piece = append("three", to: &writer).offset
            writer.append(exchange(3, [PieceRun(offset: piece, count: 1)], length: 5))
            try writer.flush(toDisk: false)
            let after = try store.read()
            #expect(after.numbers == before + [3], "cut at \(length)")
            #expect(after.exchanges.last?.requestBody == Array("three".utf8))
        }
    }

    @Test("a changed bit ends the readable part and is never read as something else")
    func aChangedBitEndsTheReadablePartAnd() throws {
        let source = try TemporaryStore()
        let (bytes, firstGroup) = try smallSegment(source)
        let store = try TemporaryStore()
        for position in 8..<bytes.count {
            var damaged = bytes
            damaged[position] ^= 1 << UInt8(position % 8)
            try store.write(damaged)
            let numbers = (try? store.read())?.numbers
            // A piece is not read for the list of frames, but its checksum is.
            #expect(numbers == (position < firstGroup ? [] : [1]), "bit in byte \(position)")
        }
    }

    @Test("a reader goes on where it stood when more was appended")
    func aReaderGoesOnWhereItStoodWhen() throws {
        let store = try TemporaryStore()
        var writer = try SegmentWriter(layout: store.layout, number: 1)
        try writer.flush(toDisk: false)
        var reader = try SegmentReader(path: store.layout.segment(1))
        for number in 1...50 as ClosedRange<UInt64> {
            #expect(try reader.next() == nil)
            writer.append(exchange(number, [], length: 0))
            try writer.flush(toDisk: false)
            guard case .exchange(let read)? = try reader.next()?.content else {
                Issue.record("exchange \(number) was not read")
                return
            }
            #expect(read.number == number)
        }
    }

    @Test("a body that lies over several segments is read from the last")
    func aBodyThatLiesOverSeveralSegmentsIs() throws {
        let store = try TemporaryStore()
        var runs: [PieceRun] = []
        for (number, text) in ["first ", "second ", "third"].enumerated() {
            var writer = try SegmentWriter(layout: store.layout, number: number + 1)
            let offset = append(text, to: &writer).offset
            runs.append(PieceRun(offset: offset, count: 1, segmentsBack: 2 - number))
            if number == 2 { writer.append(exchange(1, runs, length: 18)) }
            try writer.flush(toDisk: false)
        }
        #expect(try store.read().exchanges.first?.requestBody == Array("first second third".utf8))
    }

    @Test(
        "a body that is not where its record says is an error, never other bytes",
        arguments: [
            [PieceRun(offset: 8, count: 2)], [PieceRun(offset: 9, count: 1)], [PieceRun(offset: 0, count: 1)],
            [PieceRun(offset: .max, count: 1)], [PieceRun(offset: UInt64(Int.max) - 3, count: 1)],
            [PieceRun(offset: 1 << 62, count: 1)], [PieceRun(offset: 8, count: 1, segmentsBack: 1)],
            [PieceRun(offset: 8, count: 1, segmentsBack: 9_999_999)], [], [PieceRun(offset: 52, count: 1)],
        ]
    )
    func aBodyThatIsNotWhereItsRecord(runs: [PieceRun]) throws {
        let store = try TemporaryStore()
        var writer = try SegmentWriter(layout: store.layout, number: 1)
        _ = append("one", to: &writer)
        writer.append(exchange(1, runs, length: 3))
        try writer.flush(toDisk: false)
        #expect(throws: StoreError.self) { try store.read() }
    }

    @Test("a whole frame that is not understood is kept, and writing goes on behind it")
    func aWholeFrameThatIsNotUnderstoodIs() throws {
        let store = try TemporaryStore()
        var (bytes, _) = try smallSegment(store)
        // An ending of a later version, a piece without a digest, a type of a later version.
        for (type, payload) in [(2, [0x18, 0x63]), (1, [1, 2, 3]), (77, [])] as [(UInt8, [UInt8])] {
            let crc = payload.withUnsafeBytes { Checksum.crc32(type: type, $0) }
            for number in [UInt32(payload.count), crc] {
                bytes += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
            }
            bytes += [type] + payload
        }
        try store.write(bytes)
        var writer = try SegmentWriter(layout: store.layout, number: 1)
        #expect(writer.droppedTail == 0)
        #expect(writer.lastExchangeNumber == 2)
        writer.append(exchange(3, [], length: 0))
        try writer.flush(toDisk: false)
        #expect(Array(try store.bytes().prefix(bytes.count)) == bytes)
        var scan = try SegmentScan(store.layout, number: 1)
        var numbers: [UInt64] = []
        while let frame = try scan.next() {
            if case .exchange(let exchange) = frame.content { numbers.append(exchange.number) }
        }
        #expect(numbers == [1, 2, 3])
        #expect(scan.skipped == 2)
    }

    @Test("changed segments are read or refused, never fatal, and can be written again")
    func changedSegmentsAreReadOrRefusedNeverFatal() throws {
        let source = try TemporaryStore()
        let (bytes, _) = try smallSegment(source)
        let store = try TemporaryStore()
        var random = WireRandom(seed: 31)
        for _ in 0..<1500 {
            let damaged = random.mutate(bytes, alphabet: [0, 1, 2, 3, 0x7F, 0x80, 0xFF])
            try store.write(damaged)
            _ = try? store.read()
            // What is no segment at all is refused; everything else goes on.
            if damaged.count < 8 || Array(damaged.prefix(5)) == Array("TDSEG".utf8),
                damaged.count < 6 || damaged[5] <= 1
            {
                var writer = try? SegmentWriter(layout: store.layout, number: 1)
                if writer != nil {
                    writer?.append(exchange(9, [], length: 0))
                    try writer?.flush(toDisk: false)
                }
            }
        }
    }
}
