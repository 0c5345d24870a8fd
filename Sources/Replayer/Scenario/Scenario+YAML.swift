import Foundation

extension Scenario {
    /// Reads a scenario file.
    ///
    /// - Parameter path: The path of a YAML file.
    /// - Returns: The scenario.
    /// - Throws: `ReplayerError` when the file can't be read, or when it is not valid; the message names file and line.
    package static func load(path: String) throws -> Scenario {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            let reason = FileManager.default.fileExists(atPath: path) ? "it can't be read" : "there is no such file"
            throw ReplayerError(.unreadableScenario, "scenario \(path): \(reason)")
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw ReplayerError(.invalidScenario, "scenario \(path): not UTF-8")
        }
        return try Scenario(yaml: text, file: path)
    }

    /// Reads a scenario from YAML text; unknown keys are errors.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - file: The file name for messages.
    /// - Throws: `ReplayerError` with file, line and column of the first mistake.
    package init(yaml: String, file: String) throws {
        self = try ScenarioReader(file: file).scenario(yaml)
    }
}
