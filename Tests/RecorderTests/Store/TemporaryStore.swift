import Foundation
import Recorder
import TestSupport

/// A store in a directory of its own, which goes away with the value.
final class TemporaryStore: Sendable {
    let layout: StoreLayout
    private let directory: TemporaryDirectory

    /// Makes a store, by default in a directory of its own.
    init(_ layout: StoreLayout? = nil) throws {
        directory = try TemporaryDirectory()
        self.layout = layout ?? StoreLayout(home: directory.path + "/store")
        try self.layout.create()
    }

    /// Takes the whole store away, whoever uses it.
    func remove() {
        try? FileManager.default.removeItem(atPath: layout.home)
    }

    func bytes(ofSegment number: Int = 1) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: layout.segment(number))))
    }

    func write(_ bytes: some Sequence<UInt8>, toSegment number: Int = 1) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: layout.segment(number)))
    }

    /// The whole content, read as any reader would.
    func read() throws -> StoreContent {
        var content = StoreContent()
        for number in try StoreReader(layout).segmentNumbers() {
            var reader = try SegmentReader(path: layout.segment(number))
            while let frame = try reader.next() {
                switch frame.content {
                case .piece(let length): content.pieces.append(length)
                case .exchange(let exchange):
                    content.exchanges.append(
                        StoreContent.Item(
                            exchange: exchange,
                            requestBody: try reader.body(exchange.request.body),
                            responseBody: try exchange.response.map { try reader.body($0.body) }
                        )
                    )
                case .opening: break
                case .gap(let gap): content.gaps.append(gap)
                case .unknown(let type): content.unknown.append(type)
                }
            }
        }
        return content
    }
}

/// What was found in a store.
struct StoreContent {
    struct Item {
        var exchange: Exchange
        var requestBody: [UInt8]
        var responseBody: [UInt8]?
    }

    /// The lengths of all pieces, without digests.
    var pieces: [Int] = []
    var exchanges: [Item] = []
    var gaps: [RecordingGap] = []
    var unknown: [UInt8] = []

    var pieceBytes: Int { pieces.reduce(0, +) }
    var numbers: [UInt64] { exchanges.map(\.exchange.number) }
}
