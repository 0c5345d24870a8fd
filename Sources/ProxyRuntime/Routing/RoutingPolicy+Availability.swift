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
            case busy
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
        let cooldown = state.cooldown(for: route.request.family, at: now)
        if !inPlace, let trial = route.trial(state.id) {
            guard let again = trial.again else { return .out(until: cooldown?.until, .tried(trial.kind)) }
            // A second try needs a wait in between, or all would be tried twice in a row.
            if !route.hasWaited || now < again {
                return .out(until: max(again, cooldown?.until ?? again), .tried(trial.kind))
            }
        }
        if let cooldown, configuration.forcedRetryAfter == nil || cooldown.kind != .forced {
            return availability(in: cooldown, state, route, at: now)
        }
        if state.faults >= AccountState.breakerLimit || state.refusals > 0 {
            return state.isProbing ? .out(until: now.advanced(byMicroseconds: Self.poll), .busy) : .probe
        }
        if let admitted = state.admitted, state.inFlight >= admitted {
            return .out(until: now.advanced(byMicroseconds: Self.poll), .busy)
        }
        if let until = state.emptyUntil(for: route.request.family, at: now) { return .out(until: until, .empty) }
        return .free
    }

    private func availability(
        in cooldown: Cooldown,
        _ state: AccountState,
        _ route: RequestRoute,
        at now: Timestamp
    ) -> Availability {
        let isTried = route.trial(state.id) != nil
        if cooldown.servesAnyway, !isTried { return .lastResort(.overage, cooldown) }
        if CooldownClass(cooldown.kind) == .fault, state.faults < AccountState.breakerLimit, !isTried {
            return .lastResort(.fault, cooldown)
        }
        if cooldown.acceptsSome, !isTried {
            let last = max(state.lastTry ?? cooldown.since, cooldown.since)
            if now >= last.advanced(byMicroseconds: configuration.probeInterval) { return .lastResort(.part, cooldown) }
        }
        return .out(until: cooldown.until, .cooling(cooldown))
    }

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
        case .out(_, .busy): "others are finding out whether it serves again"
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
