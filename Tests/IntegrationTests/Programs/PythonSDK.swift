import Foundation
import TestSupport
import Testing

/// A Python with the official SDK, which `make test` provides.
struct PythonSDK {
    /// A line that a script of Tests/Support prints for a case.
    struct Line: Decodable {
        var `case`: String
        var sdk: String
        var ok: Bool
        var exchange: String?
        var problem: String?
    }

    /// The variables that name a Python for each version of the SDK.
    static let variables = ["TAPEDECK_PYTHON_CURRENT", "TAPEDECK_PYTHON_0125"]
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private static let environment = ProcessInfo.processInfo.environment
    private static var isRequired: Bool { environment["TAPEDECK_REQUIRE_ALL"] != nil }

    /// Whether there is any, or has to be.
    static var isPossible: Bool { isRequired || variables.contains { environment[$0] != nil } }

    let python: String

    /// The Python that a variable names; `nil` when there is none and none has to be.
    init?(variable: String) throws {
        guard Self.environment[variable] != nil || Self.isRequired else { return nil }
        python = try #require(Self.environment[variable], "\(variable) must name a python with the SDK")
    }

    /// Runs a script of Tests/Support against a proxy.
    func run(
        _ script: String,
        port: Int,
        in directory: TemporaryDirectory
    ) async throws -> (lines: [Line], outcome: ProcessOutcome) {
        let client = try RunningProcess(
            python,
            [Self.root + "/Tests/Support/" + script, "http://127.0.0.1:\(port)"],
            environment: ["PATH": Self.environment["PATH"] ?? "/usr/bin:/bin", "HOME": directory.path],
            directory: directory.path
        )
        let outcome = await client.outcome()
        return (try outcome.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }, outcome)
    }
}
