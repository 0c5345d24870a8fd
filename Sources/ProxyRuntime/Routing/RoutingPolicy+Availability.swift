import Recorder

extension RoutingPolicy {
    /// Whether an account can be given a request now.
    enum Availability {
        case free
        /// Free for one request that finds out whether it is well again.
        case probe
        /// Out, but it may be tried when no other is left.
        case lastResort(LastResort, Cooldown)
        /// Out until a time, or for an unknown while.
        case out(until: Timestamp?, Reason)

        enum LastResort: Int {
            /// It answers all the same, at a price.
            case overage
            /// Its cool-down is a guess of the proxy's.
            case fault
            /// The upstream still accepts a part of the requests.
            case part
        }

        enum Reason {
            case paused
            case tried(AttemptKind)
            case cooling(Cooldown)
            /// Another request finds out whether it is well again; the kind is that of its last fault.
            case probed(AttemptKind)
            /// Its bucket was empty, and as many as are let in are on their way.
            case admission
            /// Its bucket of requests is known to be empty.
            case empty
            case notPinned(String)
        }
    }

    func availability(
        _ index: Int,
        _ route: RequestRoute,
        at now: Timestamp,
        inPlace: Bool = false
    ) -> Availability {
        let state = accounts[index]
        if let pin = route.request.pin, pin != state.account.name { return .out(until: nil, .notPinned(pin)) }
        if state.account.isPaused { return .out(until: nil, .paused) }
        if !inPlace, let trial = route.trial(state.id) {
            guard let again = trial.again else { return .out(until: nil, .tried(trial.kind)) }
            // A second try needs a wait in between, or all would be tried twice in a row.
            if !route.hasWaited || now < again {
                let end = state.cooldown(for: route.request.family, at: now)?.until ?? again
                return .out(until: max(again, end, now.advanced(byMicroseconds: Self.poll)), .tried(trial.kind))
            }
        }
        // A test of what clients do with limits: nothing goes upstream, so nothing keeps an account from answering.
        if configuration.forcedRetryAfter != nil { return .free }
        var resort: Availability?
        for cooldown in state.cooldowns where cooldown.until > now && cooldown.concerns(route.request.family) {
            guard let kind = lastResort(in: cooldown, state, route, at: now) else {
                return .out(until: state.cooldown(for: route.request.family, at: now)?.until, .cooling(cooldown))
            }
            if case .lastResort(let other, _)? = resort, other.rawValue >= kind.rawValue { continue }
            resort = .lastResort(kind, cooldown)
        }
        if state.isBroken, let since = state.probedAt, now < since.advanced(byMicroseconds: Self.probeLease) {
            let kind = state.refusals > 0 ? .auth : state.lastFault?.kind ?? .serverError
            return .out(until: now.advanced(byMicroseconds: Self.poll), .probed(kind))
        }
        let family = route.request.family
        if let admitted = state.admitted[family ?? ""], state.unanswered[family ?? ""] ?? 0 >= admitted {
            return .out(until: now.advanced(byMicroseconds: Self.poll), .admission)
        }
        if let until = state.emptyUntil(for: family, at: now) { return .out(until: until, .empty) }
        return resort ?? (state.isBroken ? .probe : .free)
    }

    /// Whether an account in cool-down may be tried all the same when no other is left, and why.
    private func lastResort(
        in cooldown: Cooldown,
        _ state: AccountState,
        _ route: RequestRoute,
        at now: Timestamp
    ) -> Availability.LastResort? {
        if cooldown.servesAnyway { return .overage }
        guard route.trial(state.id) == nil else { return nil }
        if CooldownClass(cooldown.kind) == .fault, state.faults < AccountState.breakerLimit { return .fault }
        if cooldown.acceptsSome {
            let last = max(state.lastTry ?? cooldown.since, cooldown.since)
            if now >= last.advanced(byMicroseconds: configuration.probeInterval) { return .part }
        }
        return nil
    }

    /// How long others wait for the one request that finds out whether an account is well again.
    static var probeLease: Int64 { 30_000_000 }

    /// How soon it is looked again whether an account has become free that others use.
    static var poll: Int64 { 100_000 }
}

extension RoutingPolicy.Availability {
    /// When it ends, if that is known.
    var until: Timestamp? {
        switch self {
        case .free, .probe: nil
        case .lastResort(_, let cooldown): cooldown.until
        case .out(let until, _): until
        }
    }

    /// Why the account was passed over, in words.
    func text(at now: Timestamp) -> String? {
        switch self {
        case .free, .probe: nil
        case .lastResort(_, let cooldown): cooldown.text(at: now)
        case .out(_, .paused): "paused"
        case .out(_, .tried(let kind)): "tried for this request: \(kind.rawValue)"
        case .out(_, .cooling(let cooldown)): cooldown.text(at: now)
        case .out(_, .probed): "another request finds out whether it is well again"
        case .out(_, .admission): "as many requests as are let in after an empty bucket are on their way"
        case .out(_, .empty): "its bucket of requests is empty"
        case .out(_, .notPinned(let name)): "x-tapedeck-account asks for \(name)"
        }
    }
}

extension Cooldown {
    /// The cool-down in words, such as `cooling down for 82 min until 14:05:00 UTC: 5h window spent`.
    func text(at now: Timestamp) -> String {
        "cooling down for \(max(0, until.microseconds - now.microseconds).spanText) until \(until.clockText): \(reason)"
    }
}

extension Int64 {
    /// Microseconds as a person says them: `0.4 s`, `12 s`, `83 min`, `4.2 h`, `3.1 d`.
    var spanText: String {
        let seconds = Double(self) / 1e6
        func tenths(_ value: Double) -> String {
            let tenths = Int((value * 10).rounded())
            return "\(tenths / 10).\(tenths % 10)"
        }
        return switch seconds {
        case ..<10: tenths(seconds) + " s"
        case ..<120: "\(Int(seconds.rounded())) s"
        case ..<7200: "\(Int((seconds / 60).rounded())) min"
        case ..<172_800: tenths(seconds / 3600) + " h"
        default: tenths(seconds / 86_400) + " d"
        }
    }
}
