import Foundation
import TestSupport

@testable import Recorder

/// Recordings to put into bundles.
enum BundleSamples {
    /// A store with a growing conversation and two single requests, written by the recorder itself.
    static func store(turns: Int = 3, words: Int = 40) async throws -> TemporaryStore {
        let recording = try Recording()
        var conversation = Conversation("carol", words: words)
        for turn in 1...turns {
            var sample = CaptureSample(UInt64(turn))
            sample.session = "s-1"
            sample.requestBody = conversation.next().body
            sample.answerHead = "HTTP/1.1 200 OK\ncontent-type: text/event-stream"
            sample.answer = ["event: ping\n", "data: {\"turn\":\(turn)}\n\n"].map { Array($0.utf8) }
            await recording.record(sample)
        }
        for number in [turns + 1, turns + 2] {
            var sample = CaptureSample(UInt64(number))
            sample.requestBody = #"{"model":"m","messages":[{"role":"user","content":"single \#(number)"}]}"#
            await recording.record(sample)
        }
        await recording.pipeline.close()
        return recording.store
    }

    /// Everything that a store holds, as a bundle gets it.
    static func recorded(_ store: TemporaryStore) throws -> [RecordedExchange] {
        var all: [RecordedExchange] = []
        for number in try StoreReader(store.layout).segmentNumbers() {
            var scan = try SegmentScan(store.layout, number: number)
            while let frame = try scan.next() {
                guard case .exchange(let exchange) = frame.content else { continue }
                let bodies = SegmentBodies(path: store.layout.segment(number))
                let entry = scan.entry(for: exchange, at: frame.offset)
                all.append(RecordedExchange(exchange: exchange, summary: entry.summary, bodies: bodies))
            }
        }
        return all
    }

    static let created = Timestamp(microseconds: 1_795_168_800_000_000)

    /// Writes a bundle of a whole store.
    @discardableResult
    static func write(
        _ store: TemporaryStore,
        to path: String,
        created: Timestamp = BundleSamples.created
    ) throws -> BundleManifest {
        let builder = try BundleBuilder(path: path)
        for recorded in try recorded(store) { try builder.add(recorded) }
        return try builder.finish(created: created)
    }
}
