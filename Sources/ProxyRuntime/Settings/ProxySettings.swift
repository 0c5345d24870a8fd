package import Logging
package import NIOCore
package import Recorder

/// Everything `proxy serve` can be told, with its defaults.
///
/// A flag beats the environment, and the environment beats a `.env` file.
package struct ProxySettings: Sendable {
    /// The address to listen at.
    package var host = "127.0.0.1"
    /// The port to listen at; 0 takes a free one.
    package var port = 8080
    /// Where the store lies.
    package var layout: StoreLayout
    /// Where the catalog lies if not in the store.
    package var catalogPath: String?
    /// Where requests go.
    package var upstream: UpstreamTarget
    /// A file with certificates (PEM) that upstreams are verified with instead of the system's.
    package var upstreamCertificates: (path: String, setting: String)?
    /// How much is logged.
    package var logLevel = Logger.Level.info
    /// The data plane's settings.
    package var dataPlane = DataPlaneSettings()
    /// The recorder's settings.
    package var recorder = RecorderSettings()
    /// When recordings are sealed into bundles, and when those are deleted.
    package var sealing = SealingSettings()
    /// The numbers of the routing policy.
    package var routing = RoutingConfiguration()
    /// Bytes that request bodies may hold together while they are read.
    package var bodyBudget = 256 << 20

    /// The accounts that the environment names.
    package var accountsEnvironment: AccountsEnvironment
    /// What the pages under `/api/` ask for, or `nil` for nothing.
    package var adminToken: AdminToken?
    /// Whether others are let in without a key.
    package var isInsecure = false

    /// Reads the environment.
    ///
    /// - Parameter environment: variables by name, those of a `.env` file among them.
    /// - Throws: `SettingsError` naming the variable and what is wrong with its value.
    package init(environment: [String: String]) throws(SettingsError) {
        let environment = environment.filter { !$0.value.isEmpty }
        layout = StoreLayout(environment: environment)
        accountsEnvironment = AccountsEnvironment(environment)
        upstream = try UpstreamTarget(
            url: environment["ANTHROPIC_UPSTREAM_URL"] ?? "https://api.anthropic.com",
            setting: "ANTHROPIC_UPSTREAM_URL"
        )
        if let host = environment["HOST"] { self.host = host }
        if let port = environment["PORT"] { self.port = try ProxySettings.port(port, setting: "PORT") }
        if let level = environment["LOG_LEVEL"] { logLevel = try ProxySettings.logLevel(level, setting: "LOG_LEVEL") }
        if let url = environment["DATABASE_URL"] {
            guard url.hasPrefix("file:"), url.count > 5, !url.contains("?") else {
                throw SettingsError("DATABASE_URL", url, "is not file:PATH, the one form understood")
            }
            catalogPath = String(url.dropFirst(5))
        }
        if let days = environment["DATA_RETENTION_DAYS"] {
            sealing.retention.days = try ProxySettings.days(days, setting: "DATA_RETENTION_DAYS")
        }
        try readRouting(environment)
        if let token = environment["ADMIN_TOKEN"] { adminToken = try AdminToken(token, setting: "ADMIN_TOKEN") }
        upstreamCertificates = environment["UPSTREAM_CA_FILE"].map { ($0, "UPSTREAM_CA_FILE") }
    }

    /// Reads a port number.
    package static func port(_ text: String, setting: String) throws(SettingsError) -> Int {
        guard let port = Int(text), (0...65535).contains(port) else {
            throw SettingsError(setting, text, "is not a port between 0 and 65535")
        }
        return port
    }

    /// Reads a log level.
    package static func logLevel(_ text: String, setting: String) throws(SettingsError) -> Logger.Level {
        let names = ["warn": "warning", "fatal": "critical"]
        let name = text.lowercased()
        guard let level = Logger.Level(rawValue: names[name] ?? name) else {
            throw SettingsError(setting, text, "is none of trace, debug, info, notice, warning, error, critical")
        }
        return level
    }

    /// Reads a number of days; `0` and `off` are for ever.
    ///
    /// - Returns: `nil` for ever.
    package static func days(_ text: String, setting: String) throws(SettingsError) -> Int? {
        if text == "off" || text == "0" { return nil }
        guard let days = Int(text), (1...36_500).contains(days) else {
            throw SettingsError(setting, text, "is no number of days (1 or more, or `off` to keep everything)")
        }
        return days
    }

    /// Reads a size such as `64MB`, `1.5GB`, or plain bytes; units are decimal.
    package static func size(_ text: String, setting: String) throws(SettingsError) -> Int {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let factors: [String: Double] = ["": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12]
        guard let value = Double(digits), let factor = factors[text.dropFirst(digits.count).lowercased()], value > 0,
            value * factor <= 1e15
        else { throw SettingsError(setting, text, "is no size such as 500KB, 64MB or 2GB") }
        return Int(value * factor)
    }

    /// Reads a span, as `span(_:setting:)` does.
    package static func duration(_ text: String, setting: String) throws(SettingsError) -> Duration {
        .nanoseconds(try span(text, setting: setting).nanoseconds)
    }

    /// Reads a span such as `500ms`, `10s`, `10m`, or plain seconds.
    package static func span(_ text: String, setting: String) throws(SettingsError) -> TimeAmount {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let factors: [Substring: Double] = ["ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600]
        guard let value = Double(digits), let factor = factors[text.dropFirst(digits.count)], value > 0,
            value * factor <= 30 * 86_400
        else { throw SettingsError(setting, text, "is no span of time such as 500ms, 10s or 5m") }
        return .nanoseconds(Int64(value * factor * 1_000_000_000))
    }
}
