import CArchive
import Foundation
import TestSupport
import Testing

@testable import Recorder

/// Archives that mean harm, made with libarchive directly.
struct HostileBundleTests {
    private struct Entry {
        var name: String
        var content: [UInt8] = []
        var type: UInt32 = 0o100000
        var link: String?
    }

    private static func write(_ entries: [Entry], to path: String) {
        let archive = archive_write_new()
        archive_write_add_filter_zstd(archive)
        archive_write_set_format_pax_restricted(archive)
        archive_write_open_filename(archive, path)
        for entry in entries {
            let head = archive_entry_new()
            archive_entry_set_pathname(head, entry.name)
            archive_entry_set_size(head, la_int64_t(entry.content.count))
            archive_entry_set_filetype(head, entry.type)
            archive_entry_set_perm(head, 0o644)
            if let link = entry.link { archive_entry_set_symlink(head, link) }
            archive_write_header(archive, head)
            _ = entry.content.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
            archive_entry_free(head)
        }
        archive_write_close(archive)
        archive_write_free(archive)
    }

    private static let manifest = Entry(
        name: "manifest.json",
        content: Array(#"{"format":1,"counts":{"exchanges":0,"pieces":0},"members":{}}"#.utf8)
    )
    private static let exchanges = Entry(name: "exchanges.ndjson")

    private static func refusal(_ entries: [Entry], limits: BundleLimits = BundleLimits()) throws -> StoreError? {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/hostile.tar.zst"
        write(entries, to: path)
        do {
            _ = try BundleFile(path: path, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "names that lead out of the archive are refused",
        arguments: ["/etc/passwd", "../x", "pieces/../../x", "a\\b"]
    )
    func namesThatLeadOutAreRefused(name: String) throws {
        let error = try Self.refusal([Self.manifest, Self.exchanges, Entry(name: name, content: [1])])
        #expect(error?.code == .refused)
        #expect(error?.message.contains("would lead out of it") == true)
    }

    @Test("links and devices are refused")
    func linksAndDevicesAreRefused() throws {
        let link = Entry(name: "pieces/x", type: 0o120000, link: "/etc/passwd")
        let device = Entry(name: "pieces/y", type: 0o020000)
        for entry in [link, device] {
            let error = try Self.refusal([Self.manifest, Self.exchanges, entry])
            #expect(error?.code == .refused && error?.message.contains("link or a device") == true)
        }
    }

    @Test("a member that comes twice is refused")
    func aMemberThatComesTwiceIsRefused() throws {
        let piece = Entry(name: BundleFormat.member(of: [7].withUnsafeBytes { Digest(of: $0) }), content: [7])
        for twice in [Self.manifest, Self.exchanges, piece, Entry(name: "SUMMARY.md")] {
            let error = try Self.refusal([Self.manifest, Self.exchanges, piece, Entry(name: "SUMMARY.md"), twice])
            #expect(error?.code == .refused && error?.message.contains("twice") == true, "\(twice.name)")
        }
    }

    @Test("bombs are refused: by ratio, by size, by count, by the length of a line")
    func bombsAreRefused() throws {
        var limits = BundleLimits()
        (limits.ratioFrom, limits.ratio) = (1 << 20, 100)
        let zeros = Entry(name: "SUMMARY.md", content: [UInt8](repeating: 0, count: 8 << 20))
        #expect(try Self.refusal([Self.manifest, zeros], limits: limits)?.message.contains("times its size") == true)
        limits = BundleLimits()
        limits.memberBytes = 1 << 20
        #expect(try Self.refusal([Self.manifest, zeros], limits: limits)?.message.contains("longer than") == true)
        limits = BundleLimits()
        limits.totalBytes = 1 << 20
        #expect(try Self.refusal([Self.manifest, zeros], limits: limits)?.message.contains("more than") == true)
        limits = BundleLimits()
        limits.members = 3
        let many = (0..<4).map { Entry(name: "m\($0)") }
        #expect(try Self.refusal([Self.manifest] + many, limits: limits)?.code == .refused)
        limits = BundleLimits()
        limits.lineBytes = 1 << 16
        let line = Entry(name: "exchanges.ndjson", content: [UInt8](repeating: 0x20, count: 1 << 20))
        #expect(try Self.refusal([Self.manifest, line], limits: limits)?.message.contains("a line") == true)
    }

    @Test("a newer format is refused with both numbers")
    func aNewerFormatIsRefused() throws {
        let newer = Entry(
            name: "manifest.json",
            content: Array(#"{"format":2,"counts":{"exchanges":0},"members":{}}"#.utf8)
        )
        let error = try Self.refusal([newer, Self.exchanges])
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("bundle format 2") == true && error?.message.contains("up to 1") == true)
    }

    @Test("what is no bundle says so")
    func whatIsNoBundleSaysSo() throws {
        #expect(try Self.refusal([Entry(name: "readme.txt", content: [1])])?.code == .corrupt)
        let directory = try TemporaryDirectory()
        let path = directory.path + "/text.zip"
        try Data("no archive at all".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.self) { try BundleFile(path: path) }
        #expect(throws: StoreError.self) { try BundleFile(path: directory.path + "/absent.zip") }
    }

    @Test("deep JSON, wrong types and broken lines are faults, not crashes")
    func brokenLinesAreFaults() throws {
        let deep = String(repeating: "[", count: 100_000)
        let lines = [
            "{}", deep, "null", #"{"id":7}"#, #"{"id":"0199f3c2-1d2e-7abc-8def-000000000001","address":"x0"}"#, "\u{0}",
        ]
        let directory = try TemporaryDirectory()
        let path = directory.path + "/b.tar.zst"
        let entry = Entry(name: "exchanges.ndjson", content: Array(lines.joined(separator: "\n").utf8))
        Self.write([Self.manifest, entry], to: path)
        let bundle = try BundleFile(path: path)
        #expect(bundle.rows.isEmpty && bundle.lostExchanges == lines.count)
        #expect(bundle.faults.count { $0.hasPrefix("line ") } == lines.count)
    }

    @Test(
        "a bundle that is cut off anywhere gives whole exchanges, and says so",
        arguments: [".tar.zst", ".tgz", ".zip"]
    )
    func aBundleThatIsCutOffGivesWholeExchanges(ending: String) async throws {
        // libarchive gives out what it unpacks 64 or 128 KB at a time.
        let store = try await BundleSamples.store(turns: 12, words: 4000)
        let directory = try TemporaryDirectory()
        let whole = directory.path + "/whole" + ending
        try BundleSamples.write(store, to: whole)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        let all = try BundleFile(path: whole).rows.count
        var most = 0
        for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
            let path = directory.path + "/cut" + ending
            try bytes.prefix(cut).write(to: URL(fileURLWithPath: path))
            guard let bundle = try? BundleFile(path: path) else { continue }
            // All is there when only the directory at the end of a zip file is cut.
            #expect(!bundle.faults.isEmpty || bundle.rows.count == all, "cut at \(cut) of \(bytes.count)")
            #expect(bundle.rows.count <= all)
            most = max(most, bundle.rows.count)
            for row in bundle.rows {
                let recorded = try bundle.recorded(row)
                for body in recorded.exchange.bodies { _ = try recorded.body(body) }
            }
        }
        #expect(most > 0)
    }

    @Test("changed bytes are found or refused, never believed")
    func changedBytesAreFound() async throws {
        let store = try await BundleSamples.store()
        let directory = try TemporaryDirectory()
        let whole = directory.path + "/whole.zip"
        try BundleSamples.write(store, to: whole)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: whole)))
        let originals = try BundleFile(path: whole)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<150 {
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            let path = directory.path + "/d.zip"
            try Data(damaged).write(to: URL(fileURLWithPath: path))
            guard let bundle = try? BundleFile(path: path) else { continue }
            for row in bundle.rows {
                guard let original = originals.rows.first(where: { $0.summary.id == row.summary.id }) else { continue }
                let (mine, theirs) = try (bundle.recorded(row), originals.recorded(original))
                guard bundle.faults.isEmpty else { continue }
                for (a, b) in zip(mine.exchange.bodies, theirs.exchange.bodies) {
                    #expect(try mine.body(a) == theirs.body(b))
                }
            }
        }
    }
}
