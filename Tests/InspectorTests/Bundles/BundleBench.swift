import Foundation
import Inspector
import Recorder
import TestSupport

/// A store with samples, a directory for bundles of it, and the programs that others read and edit archives with.
struct BundleBench {
    static let created = Timestamp(microseconds: SampleExchange.tenOClock + 3_600_000_000)
    static let secret = "sk-ant-api03-" + String(repeating: "aB3dE5gH", count: 11) + "xyzAA"
    static let device = String(repeating: "c0ffee42", count: 8)
    static let account = "6f0e4c1a-7c55-4f6e-9d0b-1d2f3a4b5c6d"
    static let session = "0a1b2c3d-0000-4000-8000-00000000beef"

    let store: SampleStore
    let directory: TemporaryDirectory

    init(_ forms: [SampleExchange]) throws {
        store = try SampleStore()
        try store.add(forms)
        directory = try TemporaryDirectory()
    }

    func path(_ name: String) -> String { directory.path + "/" + name }

    /// Exports everything.
    func export(
        _ name: String,
        _ change: (inout BundleExport.Options) -> Void = { _ in },
        key: UInt8 = 7,
        created: Timestamp = Self.created
    ) throws -> BundleExport.Outcome {
        var options = BundleExport.Options()
        change(&options)
        let source = try store.open()
        guard let key = MaskingKey(bytes: Array(repeating: key, count: MaskingKey.length)) else {
            throw ProcessError(message: "no key")
        }
        let export = BundleExport(source: source, key: key, options: options)
        return try export.run(try source.rows(ExchangeQuery()), to: path(name), created: created)
    }

    /// The lines of the places that an export refuses for; empty when it was written.
    func refusals(_ name: String = "refused.zip") throws -> [String] {
        guard case .refused(let places, _) = try export(name) else { return [] }
        return places.map(\.line)
    }

    /// All bytes of a bundle's members, as another program unpacks them.
    func contents(_ name: String) async throws -> String {
        try await shell("unzip -p \(name)")
    }

    /// Runs a script in the directory of the bundles.
    @discardableResult
    func shell(_ script: String) async throws -> String {
        let process = try RunningProcess(
            "/bin/sh",
            ["-ec", script],
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"],
            directory: directory.path
        )
        let outcome = await process.outcome()
        guard outcome.code == 0 else { throw ProcessError(message: "\(script): \(outcome.errors)") }
        return outcome.output
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// The names in the directory, those of hidden files as well.
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() } }
}
