package import Recorder

/// The one honest answer when no account can serve.
package struct Exhaustion: Hashable, Sendable {
    /// What keeps the accounts from serving, which decides the status.
    package enum Reason: Hashable, Sendable {
        /// Limits of accounts or models: 429.
        case limits
        /// The upstream is overloaded, or fails: 503.
        case overloaded
        /// No account could be reached, or none was let in: 502.
        case unreachable
        /// No answer in time: 504.
        case timeout
        /// Every account is paused: 503.
        case paused
        /// `x-tapedeck-account` names no account: 400.
        case unknownAccount
    }

    /// What keeps them from serving.
    package var reason: Reason
    /// When the first account is expected back.
    package var returns: Timestamp?
    /// The window that is spent, when it is a quota that has to pass.
    package var claim: String?
    /// When that window begins anew.
    package var windowReset: Timestamp?
    /// When the answer is made.
    package var now: Timestamp

    /// The status.
    package var status: Int {
        switch reason {
        case .limits: 429
        case .overloaded, .paused: 503
        case .unreachable: 502
        case .timeout: 504
        case .unknownAccount: 400
        }
    }

    /// Whole seconds until the first account is back, at least one.
    package var retryAfter: Int? {
        returns.map { max(1, Int(($0.microseconds - now.microseconds + 999_999) / 1_000_000)) }
    }

    /// A sentence for people, which names no account.
    package var message: String {
        let back = returns.map { "; capacity returns at \($0.secondsText)" } ?? ""
        switch reason {
        case .limits: return "every account of this proxy has reached a limit" + back
        case .overloaded: return "the upstream is overloaded or fails for every account of this proxy" + back
        case .unreachable: return "no account of this proxy could be used: the upstream refused or was not reached"
        case .timeout: return "no account of this proxy gave an answer in time"
        case .paused: return "every account of this proxy is paused"
        case .unknownAccount: return "x-tapedeck-account names no account of this proxy"
        }
    }

    /// The headers that tell clients when to come back.
    ///
    /// The unified ones are there for quotas only: Claude Code shows their reset as its user's. Clients are told not to
    /// retry by themselves when that would make them sleep for more than a minute.
    package var headers: [HeaderField] {
        var fields: [HeaderField] = []
        if let seconds = retryAfter {
            fields.append(HeaderField("retry-after", String(seconds)))
            fields.append(HeaderField("x-should-retry", seconds <= 60 ? "true" : "false"))
        }
        if reason == .limits, let windowReset {
            let prefix = "anthropic-ratelimit-unified-"
            fields.append(HeaderField(prefix + "status", "rejected"))
            if let claim { fields.append(HeaderField(prefix + "representative-claim", claim)) }
            fields.append(HeaderField(prefix + "reset", String((windowReset.microseconds + 999_999) / 1_000_000)))
        }
        return fields
    }
}

extension Timestamp {
    /// RFC 3339 without decimals, such as `2026-11-20T10:00:00Z`.
    package var secondsText: String { String(description.prefix(19)) + "Z" }
    /// The time of day in UTC, such as `10:00:00 UTC`.
    var clockText: String { String(description.dropFirst(11).prefix(8)) + " UTC" }
}
