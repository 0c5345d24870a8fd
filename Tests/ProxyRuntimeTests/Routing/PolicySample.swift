import Recorder

@testable import ProxyRuntime

/// A policy with a clock that is moved by hand.
struct PolicySample {
    static let start = Timestamp(microseconds: 1_795_000_000_000_000)

    var policy: RoutingPolicy
    var now = PolicySample.start
    private var lastID: UInt64 = 0

    init(
        _ names: [String] = ["a", "b"],
        strategy: Strategy = .session,
        _ change: (inout RoutingConfiguration) -> Void = { _ in }
    ) {
        var configuration = RoutingConfiguration()
        configuration.strategy = strategy
        change(&configuration)
        policy = RoutingPolicy(configuration, seed: 1)
        policy.use(names.map { RoutedAccount(name: $0) })
    }

    mutating func pass(seconds: Double) {
        now = now.advanced(byMicroseconds: Int64(seconds * 1e6))
    }

    func later(_ seconds: Double) -> Timestamp {
        now.advanced(byMicroseconds: Int64(seconds * 1e6))
    }

    mutating func request(
        session: String? = nil,
        family: String? = nil,
        pin: String? = nil,
        isRepeatable: Bool = true
    ) -> RoutedRequest {
        lastID += 1
        var request = RoutedRequest(exchange: ExchangeID(high: 1, low: lastID))
        request.session = session.map { SessionKey($0.utf8, scope: nil) }
        request.family = family
        request.pin = pin
        request.isRepeatable = isRepeatable
        return request
    }

    mutating func arrive(_ request: RoutedRequest) -> (RequestRoute, RoutingDecision) {
        policy.requestArrived(request, at: now)
    }

    /// A request whose first attempt ends so.
    mutating func arrive(_ request: RoutedRequest, then outcome: AttemptOutcome) -> (RequestRoute, RoutingDecision) {
        var (route, _) = arrive(request)
        let decision = policy.attemptEnded(&route, outcome, at: now)
        return (route, decision)
    }

    /// The account of a request that is served at once.
    @discardableResult
    mutating func serve(_ request: RoutedRequest, _ limits: RateLimitReport = RateLimitReport()) -> String? {
        var (route, decision) = arrive(request)
        guard case .attempt(let choice) = decision else { return nil }
        policy.committed(&route, limits, at: now)
        policy.ended(&route, AttemptOutcome(kind: .success, status: 200), at: now)
        return choice.account
    }

    /// The cool-downs of an account.
    func cooldowns(_ name: String) -> [Cooldown] {
        policy.snapshot(at: now).accounts.first { $0.name == name }?.cooldowns ?? []
    }
}

extension RoutingDecision {
    var account: String? {
        if case .attempt(let choice) = self { return choice.account }
        return nil
    }

    var because: String {
        switch self {
        case .attempt(let choice): choice.because
        case .wait(_, let because): because
        case .answer(_, let decision): decision.because
        }
    }

    var rejected: [RejectedCandidate] {
        switch self {
        case .attempt(let choice): choice.rejected
        case .wait: []
        case .answer(_, let decision): decision.rejected
        }
    }

    var waitEnd: Timestamp? {
        if case .wait(let until, _) = self { return until }
        return nil
    }

    var exhaustion: Exhaustion? {
        if case .answer(.own(let exhaustion), _) = self { return exhaustion }
        return nil
    }

    var isUpstreamAnswer: Bool {
        if case .answer(.upstream, _) = self { return true }
        return false
    }
}

extension AttemptOutcome {
    /// An answer with a status, held back.
    static func answer(_ kind: AttemptKind, _ status: Int, _ limits: RateLimitReport = RateLimitReport()) -> Self {
        var outcome = AttemptOutcome(kind: kind, status: status)
        outcome.limits = limits
        outcome.isDeliverable = true
        return outcome
    }

    /// A 429 whose five-hour window is spent until then.
    static func quota(until: Timestamp?, window: String = "5h", status: Int = 429) -> Self {
        var spent = LimitWindow(name: window)
        spent.status = "rejected"
        spent.reset = until
        var limits = RateLimitReport()
        limits.windows = [spent]
        limits.hasLimits = true
        return answer(window == "5h" || window == "7d" ? .accountQuota : .modelQuota, status, limits)
    }

    static func retryAfter(_ kind: AttemptKind, _ status: Int, seconds: Double) -> Self {
        var limits = RateLimitReport()
        limits.retryAfter = Int64(seconds * 1e6)
        return answer(kind, status, limits)
    }
}
