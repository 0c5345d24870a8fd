import Foundation
import Inspector
import Recorder
import TestSupport
import Testing

/// Bundles whose lines hold anything: no command may end but by an error of its own.
@Suite(.timeLimit(.minutes(5)))
struct HostileLineTests {
    /// Numbers and choices that a seed decides.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static var values: [Any] {
        [
            Int64.max, Int64.min, UInt64.max, 1 << 53, (1 << 53) - 1, -1, 0, 1e308, 0.5, NSNull(), "",
            "\u{9B}\u{1B}[31m",
            [Any](), [String: Any](), true, "x18446744073709551615", "x0", "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z", [[-1, -1]], [[Int64.max, Int64.max], [Int64.max, Int64.max]], "complete",
            "network", String(repeating: "0", count: 64),
        ]
    }
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../fixtures/bundles/v1/hand-made").standardizedFileURL

    private static func mutated(_ value: Any, _ dice: inout Dice) -> Any {
        if Int.random(in: 0..<40, using: &dice) == 0 { return values[Int.random(in: 0..<values.count, using: &dice)] }
        if let object = value as? [String: Any] {
            return object.keys.sorted().reduce(into: [String: Any]()) { result, key in
                if Int.random(in: 0..<80, using: &dice) == 0 { return }
                result[key] = object[key].map { mutated($0, &dice) }
            }
        }
        if let array = value as? [Any] {
            let elements = array.map { mutated($0, &dice) }
            return Int.random(in: 0..<20, using: &dice) == 0 ? elements + elements : elements
        }
        return value
    }

    private static func json(_ value: Any) throws -> [UInt8] {
        Array(try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed]))
    }

    private static func bundle(_ dice: inout Dice) throws -> [UInt8] {
        func read(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }
        var manifest = try #require(
            try JSONSerialization.jsonObject(with: read("manifest.json")) as? [String: Any]
        )
        for name in ["completeness", "counts", "last_number"] where Bool.random(using: &dice) {
            manifest[name] = manifest[name].map { mutated($0, &dice) }
        }
        if Int.random(in: 0..<4, using: &dice) == 0 {
            let loss: [String: Any] = ["reason": "overload", "exchanges": Int64.max]
            manifest["completeness"] = ["complete": false, "missing": [loss, loss]]
        }
        var lines: [UInt8] = []
        for line in try read("exchanges.ndjson").split(separator: 0x0A) {
            lines += try json(mutated(try JSONSerialization.jsonObject(with: line), &dice)) + [0x0A]
        }
        var members = [
            ("manifest.json", try json(manifest)), ("exchanges.ndjson", lines),
            ("SUMMARY.md", Array(try read("SUMMARY.md"))),
        ]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/pieces").sorted() {
            members.append(("pieces/" + name, Array(try read("pieces/" + name))))
        }
        return TarFile.bytes(members.map { (name: $0.0, content: $0.1) })
    }

    /// Everything that a command does with a bundle.
    private static func read(_ path: String, in directory: String) throws {
        let verification = try BundleVerification(path: path)
        _ = verification.lines
        var json = JSONWriter()
        verification.write(into: &json)
        let source = try Sources.open([path])
        let rows = try source.rows(ExchangeQuery())
        let style = TextStyle(isColoured: false)
        let zone = LocalZone { _ in 0 }
        var table = ExchangeTable(width: 100, zone: zone, style: style)
        _ = table.lines(rows)
        for row in rows {
            let recorded = try source.recorded(row)
            let page = ExchangePage(recorded, width: 100, zone: zone, style: style)
            _ = page.lines()
            for number in recorded.exchange.attempts.indices { _ = page.lines(attempt: number + 1) }
            ExchangeJSON.writeDetail(recorded, into: &json)
        }
        if let audit = try? BundleAudit(source, samples: 5) {
            _ = audit.lines([])
            audit.write([], into: &json)
        }
        _ = try? BundleUnpacking(source: source, directory: directory + "/out").run()
        var options = BundleExport.Options()
        options.remasks = true
        options.overwrites = true
        let export = BundleExport(source: source, key: .random(), options: options)
        _ = try? export.run(rows, to: directory + "/again.zip", created: BundleBench.created)
        try? FileManager.default.removeItem(atPath: directory + "/out")
    }

    @Test("no line of a bundle ends a command", arguments: 0..<4)
    func noLineOfABundleEndsACommand(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/f.tar.zst"
        var dice = Dice(state: seed &* 7919 &+ 1)
        var readable = 0
        for _ in 0..<60 {
            try Data(Self.bundle(&dice)).write(to: URL(fileURLWithPath: path))
            do {
                try Self.read(path, in: directory.path)
                readable += 1
            } catch is StoreError {
                // Refused, which is as good.
            }
        }
        // Most bundles must get beyond the reading, or nothing is tested.
        #expect(readable > 20, "\(readable)")
    }

    @Test("sums of losses that no number holds stop at the largest")
    func sumsOfLosses() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/f.tar.zst"
        let loss: [String: Any] = ["reason": "overload", "exchanges": Int64.max]
        let manifest: [String: Any] = [
            "format": 1, "tool": "t", "created": "2026-11-20T12:00:00.000000Z", "counts": ["exchanges": 0],
            "completeness": ["complete": false, "missing": [loss, loss, loss]], "members": [String: Any](),
        ]
        let archive = TarFile.bytes([("manifest.json", try Self.json(manifest)), ("exchanges.ndjson", [])])
        try Data(archive).write(to: URL(fileURLWithPath: path))
        let missing = try BundleVerification(path: path).missing
        #expect(missing >= 1 << 53)
        let audit = try BundleAudit(try Sources.open([path]))
        #expect(audit.lines([]).contains { $0.hasSuffix("  overload") })
    }
}
