import Foundation
import Testing

@testable import Recorder

/// What sealing must not lose, and what it says of what is lost already.
struct SealingLossTests {
    private static let now = Timestamp(microseconds: 1_795_172_400_000_000)

    private static func turn(_ layout: StoreLayout) -> SealingTurn {
        var settings = SealingSettings()
        settings.level = 3
        settings.retention = RetentionPolicy(days: nil)
        return SealingTurn(
            layout: layout,
            settings: settings,
            sealer: SegmentSealer(layout: layout, level: settings.level)
        )
    }

    private static func roll(_ recording: Recording) async throws -> SealingBorder {
        var settings = SealingSettings()
        settings.idle = .zero
        let fixed = settings
        let border: SealingBorder? = await withCheckedContinuation { continuation in
            recording.pipeline.roll(fixed, now: now) { continuation.resume(returning: $0) }
        }
        return try #require(border)
    }

    /// The frames of a segment: what they are and where they lie.
    private static func frames(_ path: String) throws -> [(range: Range<Int>, content: SegmentFrame.Content)] {
        var reader = try SegmentReader(path: path)
        var frames: [(range: Range<Int>, content: SegmentFrame.Content)] = []
        while let frame = try reader.next() { frames.append((frame.offset..<frame.end, frame.content)) }
        return frames
    }

    private static func flip(_ path: String, at offset: Int) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(offset))
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [byte ^ 0xFF])
        try file.close()
    }

    /// Five exchanges that share nothing, in a closed segment.
    private static func closed() async throws -> (recording: Recording, border: SealingBorder, path: String) {
        let recording = try Recording()
        for number in 1...5 {
            var sample = CaptureSample(UInt64(number))
            sample.session = "session-\(number)"
            sample.requestBody = #"{"model":"m","messages":[{"role":"user","content":"question \#(number)"}]}"#
            sample.answer = [Array("answer \(number)".utf8)]
            await recording.record(sample)
        }
        let border = try await roll(recording)
        return (recording, border, recording.store.layout.segment(1))
    }

    @Test("a segment of nothing but parts stays until what refers to it is sealed")
    func piecesOnly() async throws {
        let recording = try Recording { $0.segmentSize = 90_000 }
        var long = CaptureSample(1)
        long.answerHead = "HTTP/1.1 200 OK\ncontent-type: text/event-stream"
        long.answer = (0..<40).map {
            Array("data: {\"part\":\($0),\"text\":\"\(String(repeating: "x", count: 20_000))\"}\n\n".utf8)
        }
        var border = try await Self.roll(recording)
        for item in long.inParts {
            await recording.record([item])
            // Comes back when the part is written.
            border = try await Self.roll(recording)
        }
        let layout = recording.store.layout
        let numbers = try StoreReader(layout).segmentNumbers()
        let holds = try numbers.map { number in
            try Self.frames(layout.segment(number)).contains { if case .exchange = $0.content { true } else { false } }
        }
        // Parts alone in the first, and the exchange in a later one.
        let last = numbers[try #require(holds.lastIndex(of: true))]
        #expect(holds.first == false && last > 1, "\(numbers) \(holds)")
        var turn = Self.turn(layout)
        for _ in 0..<3 { #expect(turn.run(border, now: Self.now) { false } == nil) }
        #expect(try StoreReader(layout).segmentNumbers() == numbers.suffix(1))
        let file = try BundleFile(path: layout.bundle(ofSegment: last))
        #expect(file.manifest?.missing.isEmpty == true)
        let recorded = try file.recorded(try #require(file.rows.first))
        #expect(try recorded.body(try #require(recorded.exchange.response).body) == long.answer.flatMap { $0 })
    }

    @Test("what lies behind damage is sealed, the damage is noted, and the segment stays under another name")
    func behindDamage() async throws {
        let (recording, border, path) = try await Self.closed()
        let exchanges = try Self.frames(path).filter { if case .exchange = $0.content { true } else { false } }
        try Self.flip(path, at: exchanges[1].range.lowerBound + 20)
        let damaged = try Data(contentsOf: URL(fileURLWithPath: path))
        var turn = Self.turn(recording.store.layout)
        for _ in 0..<2 { #expect(turn.run(border, now: Self.now) { false } == nil) }
        #expect(try StoreReader(recording.store.layout).segmentNumbers() == [2])
        #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".damaged")) == damaged)
        let file = try BundleFile(path: recording.store.layout.bundle(ofSegment: 1))
        #expect(file.faults == [])
        #expect(file.rows.map(\.summary.number) == [1, 3, 4, 5])
        #expect(file.manifest?.missing.map(\.exchanges) == [1])
        #expect(file.manifest?.missing.map(\.reason) == ["damaged in the store"])
    }

    @Test("the last frame may be damaged, or cut off by a crash, which is no damage", arguments: [true, false])
    func lastFrame(isDamaged: Bool) async throws {
        let (recording, border, path) = try await Self.closed()
        let last = try #require(try Self.frames(path).last).range
        if isDamaged {
            try Self.flip(path, at: last.lowerBound + 20)
        } else {
            #expect(truncate(path, off_t(last.upperBound - 3)) == 0)
        }
        var turn = Self.turn(recording.store.layout)
        #expect(turn.run(border, now: Self.now) { false } == nil)
        let file = try BundleFile(path: recording.store.layout.bundle(ofSegment: 1))
        #expect(file.rows.map(\.summary.number) == [1, 2, 3, 4])
        #expect(file.manifest?.missing.count == (isDamaged ? 1 : 0))
        #expect(FileManager.default.fileExists(atPath: path + ".damaged") == isDamaged)
    }

    @Test("an exchange whose body lost a piece stays, without that body")
    func lostPiece() async throws {
        let (recording, border, path) = try await Self.closed()
        let frames = try Self.frames(path)
        let second = try #require(
            frames.firstIndex { if case .exchange(let exchange) = $0.content { exchange.number == 2 } else { false } }
        )
        // What lies before the exchange are its pieces; the last of them is its answer.
        let piece = try #require(frames[..<second].last { if case .piece = $0.content { true } else { false } })
        try Self.flip(path, at: piece.range.upperBound - 1)
        var turn = Self.turn(recording.store.layout)
        #expect(turn.run(border, now: Self.now) { false } == nil)
        let file = try BundleFile(path: recording.store.layout.bundle(ofSegment: 1))
        #expect(file.faults == [])
        #expect(file.rows.map(\.summary.number) == [1, 2, 3, 4, 5])
        let bodies = try file.recorded(file.rows[1]).exchange.namedBodies
        #expect(
            bodies.filter { $0.body.omitted != nil }.map(\.place) == ["x2 response body", "x2.1 response body"]
        )
        #expect(bodies.compactMap(\.body.omitted) == ["damaged in the store", "damaged in the store"])
        for row in file.rows {
            let recorded = try file.recorded(row)
            for body in recorded.exchange.bodies where body.omitted == nil { _ = try recorded.body(body) }
        }
    }

    @Test("a stop gives up the bundle that is being written, and nothing else")
    func cancelled() async throws {
        let (recording, border, _) = try await Self.closed()
        let layout = recording.store.layout
        var turn = Self.turn(layout)
        var asked = 0
        let stopped = turn.run(border, now: Self.now) {
            asked += 1
            return asked > 7
        }
        #expect(stopped == nil)
        #expect(asked > 7)
        #expect(try FileManager.default.contentsOfDirectory(atPath: layout.bundles).isEmpty)
        #expect(try StoreReader(layout).segmentNumbers() == [1, 2])
        #expect(turn.run(border, now: Self.now) { false } == nil)
        #expect(try BundleFile(path: layout.bundle(ofSegment: 1)).rows.count == 5)
    }
}
