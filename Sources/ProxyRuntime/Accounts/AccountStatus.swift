package import Recorder

/// How an account is now: what `proxy accounts list` and `/api/accounts` tell.
package struct AccountStatus: Sendable {
    /// The state in one word.
    package enum State: String, Sendable, CaseIterable {
        /// It serves.
        case active
        /// It is left alone for all models until a cool-down ends.
        case coolingDown = "cooling_down"
        /// Its key was refused, and nothing has succeeded since.
        case failing
        /// Somebody has paused it.
        case paused
    }

    /// The account and where it comes from.
    package let entry: AccountEntry
    /// The placeholder that stands for its key in records, or `nil` when the store has no masking key yet.
    package let keyTag: String?
    /// Attempts it was given.
    package let requests: Int
    /// When it was given the last one.
    package let lastUsed: Timestamp?
    /// The share of its capacity that is left, 0 to 1, or `nil` when nothing is known.
    package let headroom: Double?
    /// The cool-downs in force.
    package let cooldowns: [Cooldown]
    /// Since when its key is refused.
    package let failingSince: Timestamp?

    /// Puts together what is known.
    ///
    /// - Parameters:
    ///   - entry: the account.
    ///   - keyTag: the placeholder of its key.
    ///   - state: what the proxy remembers of it, or `nil` when it was never used.
    ///   - now: decides which cool-downs are over.
    package init(
        _ entry: AccountEntry,
        keyTag: String?,
        state: RoutingSnapshot.AccountState?,
        at now: Timestamp
    ) {
        self.entry = entry
        self.keyTag = keyTag
        requests = state?.requests ?? 0
        lastUsed = state?.lastUsed
        headroom = state.flatMap { state in
            // What is shared by all models; a spent window of one family is told as its cool-down.
            let shared = state.windows.filter(\.isShared)
            return RoutingSnapshot.headroom(shared, state.buckets.values.flatMap { $0 }, at: now)
        }
        cooldowns = (state?.cooldowns ?? []).filter { $0.until > now }
        failingSince = state?.failingSince
    }

    /// Puts together what is known of all accounts.
    package static func all(
        _ entries: [AccountEntry],
        snapshot: RoutingSnapshot?,
        maskingKey: MaskingKey?,
        at now: Timestamp
    ) -> [AccountStatus] {
        let states = Dictionary((snapshot?.accounts ?? []).map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        return entries.map { entry in
            let tag = maskingKey?.placeholder(ofKey: entry.account.credential.secret)
            return AccountStatus(entry, keyTag: tag, state: states[entry.account.name], at: now)
        }
    }

    /// The state in one word.
    package var state: State {
        if entry.account.isPaused { return .paused }
        if failingSince != nil { return .failing }
        return cooldowns.contains { $0.family == nil } ? .coolingDown : .active
    }

    /// Writes the account as one JSON object; the key is not in it.
    package func write(to json: inout JSONWriter) {
        let account = entry.account
        json.object { json in
            json.member("name", account.name)
            json.member("source", entry.source.rawValue)
            json.member("provider", account.provider.rawValue)
            json.member("base_url", account.baseURL?.description)
            json.member("priority", account.priority)
            json.member("auth", account.auth?.rawValue)
            json.member("key_tag", keyTag)
            json.member("status", state.rawValue)
            json.member("requests", requests)
            json.member("last_used", lastUsed)
            json.member("headroom") { json in
                if let headroom { json.raw(AccountStatus.decimal(headroom).utf8) } else { json.null() }
            }
            json.member("cooldowns") { json in
                json.array { json in
                    for cooldown in cooldowns { json.element { AccountStatus.write(cooldown, to: &$0) } }
                }
            }
            json.member("failing_since", failingSince)
        }
    }

    private static func write(_ cooldown: Cooldown, to json: inout JSONWriter) {
        json.object { json in
            json.member("kind", cooldown.kind.rawValue)
            json.member("family", cooldown.family)
            json.member("reason", cooldown.reason)
            json.member("since", cooldown.since)
            json.member("until", cooldown.until)
            json.member("exchange", cooldown.exchange)
        }
    }

    /// A share with up to three decimals.
    private static func decimal(_ share: Double) -> String {
        let thousandths = Int((min(1, max(0, share)) * 1000).rounded())
        guard thousandths < 1000 else { return "1" }
        var digits = String(thousandths + 1000).dropFirst()
        while digits.last == "0" { digits = digits.dropLast() }
        return digits.isEmpty ? "0" : "0.\(digits)"
    }
}
