import Foundation
import NIOCore
import Testing

@testable import Recorder

/// Recorded conversations, if there are any at hand.
///
/// `TAPEDECK_CORPUS` names a directory with a directory for each turn, in it `request.json` and `response.sse`. Nothing
/// of them belongs into this package.
@Suite
struct CorpusTests {
    private struct Request: Decodable {
        var headers: [[String]]
        var body: String

        enum CodingKeys: String, CodingKey {
            case headers
            case body = "body_b64"
        }
    }

    private static let turns: [URL] = {
        guard let path = ProcessInfo.processInfo.environment["TAPEDECK_CORPUS"],
            let names = try? FileManager.default.subpathsOfDirectory(atPath: path)
        else { return [] }
        let root = URL(fileURLWithPath: path)
        return names.filter { $0.hasSuffix("/request.json") }.sorted()
            .map { root.appendingPathComponent($0).deletingLastPathComponent() }
    }()

    @Test(
        "a real conversation is read back exactly, and the store grows by what is new",
        .enabled(if: !turns.isEmpty, "TAPEDECK_CORPUS names no recorded turns")
    )
    func aRealConversationIsReadBackExactlyAnd() async throws {
        let recording = try Recording()
        var sent: [(request: [UInt8], response: [UInt8])] = []
        for (index, turn) in Self.turns.enumerated() {
            let file = try Data(contentsOf: turn.appendingPathComponent("request.json"))
            let request = try JSONDecoder().decode(Request.self, from: file)
            let body = Array(try #require(Data(base64Encoded: request.body)))
            let response = Array(try Data(contentsOf: turn.appendingPathComponent("response.sse")))
            sent.append((body, response))
            var sample = CaptureSample(UInt64(index + 1))
            sample.session = request.headers.first { $0[0].lowercased() == "x-claude-code-session-id" }?[1]
            sample.requestBody = String(decoding: body, as: UTF8.self)
            sample.answerHead =
                "HTTP/1.1 200 OK\ncontent-type: text/event-stream; charset=utf-8\ncontent-encoding: gzip"
            sample.answer = stride(from: 0, to: response.count, by: 700).map {
                Array(response[$0..<min($0 + 700, response.count)])
            }
            await recording.record(sample)
        }
        await recording.pipeline.close()

        // The oracle masks each body in one go; the store did it piece by piece.
        let masker = Masker(key: try MaskingKey.load(orCreateAt: recording.store.layout.maskingKey))
        let content = try recording.store.read()
        #expect(content.exchanges.count == sent.count)
        for (item, (request, response)) in zip(content.exchanges, sent) {
            let masked = request.withUnsafeBytes { masker.masked($0, as: .json) }
            #expect(item.requestBody == masked ?? request)
            #expect(item.exchange.request.body.wireLength == request.count)
            #expect(item.exchange.response?.body.wireLength == response.count)
            #expect(item.exchange.response?.body.omitted == nil)
            #expect(item.responseBody?.isEmpty == false)
        }
        var unique = Set<[UInt8]>()
        for (request, response) in sent {
            request.withUnsafeBytes { bytes in
                for unit in BodyCutter.cut(bytes).units { unique.insert(Array(bytes[unit.range])) }
            }
            unique.insert(response)
        }
        let stored = try StoreReader(recording.store.layout).segmentNumbers().reduce(0) {
            try $0 + recording.store.bytes(ofSegment: $1).count
        }
        let limit = unique.reduce(0) { $0 + $1.count } * 12 / 10
        #expect(stored <= limit, "\(stored) bytes for \(limit * 10 / 12) unique ones")
    }
}
