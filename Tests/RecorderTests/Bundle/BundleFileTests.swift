import Foundation
import TestSupport
import Testing

@testable import Recorder

struct BundleFileTests {
    @Test("what goes into a bundle comes out of it, body by body", arguments: [".tar.zst", ".tgz", ".zip", ".tar.gz"])
    func whatGoesIntoABundleComesOutOfIt(ending: String) async throws {
        let store = try await BundleSamples.store()
        let directory = try TemporaryDirectory()
        let path = directory.path + "/b" + ending
        try BundleSamples.write(store, to: path)
        let bundle = try BundleFile(path: path)
        #expect(bundle.faults == [])
        #expect(bundle.manifest?.exchanges == 5)
        let originals = try BundleSamples.recorded(store)
        #expect(bundle.rows.map(\.summary.id) == originals.map(\.exchange.id))
        for (row, original) in zip(bundle.rows, originals) {
            let copy = try bundle.recorded(row)
            #expect(copy.summary == original.sealed(in: "b" + ending).summary)
            for (mine, theirs) in zip(copy.exchange.bodies, original.exchange.bodies) {
                #expect(mine.wireLength == theirs.wireLength)
                #expect(try copy.body(mine) == original.body(theirs))
            }
            #expect(copy.exchange.bodies.count == original.exchange.bodies.count)
            #expect(try Self.text(copy) == Self.text(original))
        }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["b" + ending])
    }

    /// All that is known of an exchange but its bodies.
    private static func text(_ recorded: RecordedExchange) throws -> String {
        var json = JSONWriter()
        var names: [BodyRecord: [Digest]] = [:]
        for body in recorded.exchange.bodies where body.storedLength > 0 {
            names[body] = try recorded.bodies.pieces(of: body).map(\.name)
        }
        ExchangeJSON.writeDetail(recorded.sealed(in: nil), form: .bundle(names), into: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test(
        "the same exchanges give the same bytes but for the time of writing",
        arguments: [".tar.zst", ".tgz", ".zip"]
    )
    func theSameExchangesGiveTheSameBytes(ending: String) async throws {
        let store = try await BundleSamples.store()
        let directory = try TemporaryDirectory()
        let paths = ["a", "b", "c"].map { directory.path + "/" + $0 + ending }
        try BundleSamples.write(store, to: paths[0])
        try BundleSamples.write(store, to: paths[1])
        try BundleSamples.write(store, to: paths[2], created: Timestamp(microseconds: 1_795_168_801_000_000))
        let files = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        #expect(files[0] == files[1])
        #expect(files[0] != files[2])
    }

    @Test("random exchanges come back with every field, headers that are no UTF-8 included")
    func randomExchangesComeBackWithEveryField() throws {
        var random = WireRandom(seed: 5)
        for _ in 0..<200 {
            var exchange = SampleExchanges.random(&random)
            exchange.number = max(1, exchange.number >> 2)
            exchange.startedAt = Timestamp(microseconds: Int64.random(in: 0...4_000_000_000_000_000, using: &random))
            // RFC 3339 ends with the year 9999.
            for index in exchange.attempts.indices where exchange.attempts[index].cooldownUntil != nil {
                exchange.attempts[index].cooldownUntil = exchange.startedAt.advanced(byMicroseconds: 5)
            }
            exchange.request.headers.append(name: "x-raw".utf8, value: [0x66, 0xFF, 0xE9])
            // Beyond 2^53 nothing is believed, and no parser lets line ends into a head.
            exchange.boundNumbers()
            exchange.mapHeaders { $0.map { $0 == 0x0D || $0 == 0x0A || $0 == 0 ? 0x20 : $0 } }
            let names = Dictionary(exchange.bodies.map { ($0, [Digest]()) }, uniquingKeysWith: { $1 })
            let summary = ExchangeDerivation.summary(of: exchange) { _ in throw StoreError(.notRecorded, "") }
            var json = JSONWriter()
            let none = NoBodies()
            ExchangeJSON.writeDetail(
                RecordedExchange(exchange: exchange, summary: summary, bodies: none),
                form: .bundle(names),
                into: &json
            )
            let (copy, row) = try ExchangeLine().read(json.bytes)
            #expect(row == summary)
            var again = JSONWriter()
            ExchangeJSON.writeDetail(
                RecordedExchange(exchange: copy, summary: row, bodies: none),
                form: .bundle([:]),
                into: &again
            )
            let (left, right) = (again.bytes, json.bytes)
            if let place = zip(left, right).enumerated().first(where: { $1.0 != $1.1 })?.offset {
                let part = { (bytes: [UInt8]) in
                    String(decoding: bytes[max(0, place - 60)..<min(bytes.count, place + 60)], as: UTF8.self)
                }
                Issue.record("\(part(left)) instead of \(part(right))")
                return
            }
            #expect(left.count == right.count)
            #expect(copy.request.headers == exchange.request.headers)
        }
    }

    private struct NoBodies: BodySource {
        func body(_ record: BodyRecord) throws -> [UInt8] { throw StoreError(.notRecorded, "none") }
        func pieces(of record: BodyRecord) throws -> [BodyPiece] { [] }
        func content(of piece: BodyPiece) throws -> [UInt8] { [] }
    }
}

extension Exchange {
    /// Brings times into the range of what is believed.
    fileprivate mutating func boundNumbers() {
        func bound(_ time: Int64) -> Int64 { time & (1 << 53 - 1) }
        func bound(_ response: RecordedResponse?) -> RecordedResponse? {
            guard var response else { return nil }
            for index in response.chunks.indices {
                response.chunks[index].offset = bound(response.chunks[index].offset)
                response.chunks[index].length &= 1 << 40 - 1
            }
            response.body.storedLength &= 1 << 30 - 1
            return response
        }
        duration = bound(duration)
        request.body.storedLength &= 1 << 30 - 1
        response = bound(response)
        for index in attempts.indices {
            attempts[index].startedAt = bound(attempts[index].startedAt)
            attempts[index].firstByteAt = attempts[index].firstByteAt.map(bound)
            attempts[index].endedAt = bound(attempts[index].endedAt)
            attempts[index].request.body.storedLength &= 1 << 30 - 1
            attempts[index].response = bound(attempts[index].response)
        }
    }

    /// Changes the names and values of all header lines.
    fileprivate mutating func mapHeaders(_ change: ([UInt8]) -> [UInt8]) {
        func mapped(_ block: HeaderBlock) -> HeaderBlock {
            var result = HeaderBlock()
            for index in block.indices {
                let name = change(Array(block.name(at: index)))
                result.append(name: name.isEmpty ? Array("x".utf8) : name, value: change(Array(block.value(at: index))))
            }
            return result
        }
        request.headers = mapped(request.headers)
        if let answer = response { response?.headers = mapped(answer.headers) }
        for index in attempts.indices {
            attempts[index].request.headers = mapped(attempts[index].request.headers)
            if let answer = attempts[index].response { attempts[index].response?.headers = mapped(answer.headers) }
        }
    }
}
