package import Recorder

extension ProxySettings {
    /// Reads what the environment says about routing.
    ///
    /// - Throws: `SettingsError` naming the variable and what is wrong with its value.
    mutating func readRouting(_ environment: [String: String]) throws(SettingsError) {
        if let text = environment["STRATEGY"] { try set(strategy: text, setting: "STRATEGY") }
        if let text = environment["SESSION_TIMEOUT"] { try set(sessionTimeout: text, setting: "SESSION_TIMEOUT") }
        if let text = environment["MAX_ATTEMPTS"] { try set(maxAttempts: text, setting: "MAX_ATTEMPTS") }
        if let text = environment["REQUEST_DEADLINE"] { try set(requestDeadline: text, setting: "REQUEST_DEADLINE") }
        if let text = environment["HOLD"] { try set(hold: text, setting: "HOLD") }
        switch environment["FORCE_RATE_LIMIT_TEST"]?.lowercased() {
        case nil, "false", "0", "no": break
        case "true", "1", "yes": routing.forcedRetryAfter = 60
        case let other?: throw SettingsError("FORCE_RATE_LIMIT_TEST", other, "is neither true nor false")
        }
        guard let text = environment["FORCE_RATE_LIMIT_RETRY_AFTER"] else { return }
        guard let seconds = Int(text), (1...86_400).contains(seconds) else {
            throw SettingsError("FORCE_RATE_LIMIT_RETRY_AFTER", text, "is no number of seconds between 1 and 86400")
        }
        if routing.forcedRetryAfter != nil { routing.forcedRetryAfter = seconds }
    }

    /// Sets how accounts are chosen.
    package mutating func set(strategy text: String, setting: String) throws(SettingsError) {
        guard let strategy = Strategy(rawValue: text.lowercased()) else {
            let names = Strategy.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError(setting, text, "is none of \(names)")
        }
        routing.strategy = strategy
    }

    /// Sets how long a conversation stays with its account.
    package mutating func set(sessionTimeout text: String, setting: String) throws(SettingsError) {
        routing.sessionTimeout = try ProxySettings.span(text, setting: setting).nanoseconds / 1000
    }

    /// Sets how many attempts one request may have.
    package mutating func set(maxAttempts text: String, setting: String) throws(SettingsError) {
        guard let count = Int(text), (1...100).contains(count) else {
            throw SettingsError(setting, text, "is no number of attempts between 1 and 100")
        }
        routing.maxAttempts = count
    }

    /// Sets until when a request is tried.
    package mutating func set(requestDeadline text: String, setting: String) throws(SettingsError) {
        let span = try ProxySettings.span(text, setting: setting)
        routing.requestDeadline = span.nanoseconds / 1000
        dataPlane.limits.request = span
    }

    /// Sets how long requests wait for an account that comes back; `0` and `off` for not at all.
    package mutating func set(hold text: String, setting: String) throws(SettingsError) {
        guard text != "0", text != "off" else {
            routing.hold = 0
            return
        }
        routing.hold = try ProxySettings.span(text, setting: setting).nanoseconds / 1000
    }
}
