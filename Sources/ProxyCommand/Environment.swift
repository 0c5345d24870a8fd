import Foundation
import Recorder

/// Variables of the environment, and of a file `.env` in the working directory where the environment has none.
enum Environment {
    /// All variables by name.
    ///
    /// - Throws: `SettingsError` naming the line of a `.env` that can't be understood.
    static func all() throws -> [String: String] {
        var environment = try file()
        environment.merge(ProcessInfo.processInfo.environment) { _, variable in variable }
        return environment
    }

    private static func file() throws -> [String: String] {
        guard let data = FileManager.default.contents(atPath: ".env") else { return [:] }
        return try EnvFile.parse(String(decoding: data, as: UTF8.self), file: ".env")
    }
}
