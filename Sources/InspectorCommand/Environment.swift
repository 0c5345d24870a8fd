import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Variables of the environment, and of a file `.env` in the working directory where the environment has none.
///
/// Read without Foundation, whose start takes longer than most queries.
enum Environment {
    /// The value of a variable of the environment alone.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The value of a setting.
    ///
    /// - Throws: `SettingsError` naming the line of a `.env` that can't be understood.
    static func value(_ name: String) throws -> String? {
        if let value = variable(name) { return value }
        return try file().flatMap { try EnvFile.parse($0, file: ".env")[name] }
    }

    private static func file() -> String? {
        guard let file = fopen(".env", "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
