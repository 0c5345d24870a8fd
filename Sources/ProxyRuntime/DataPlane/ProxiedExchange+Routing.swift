import NIOCore
import Recorder

/// What the router says, carried out.
extension ProxiedExchange {
    /// Begins: asks for the first account.
    func start() {
        captured.clientKey = request.clientKey
        let interest = worker.router.interest
        let now = WallClock.now()
        var facts = RoutedRequest(
            request,
            exchange: captured.id,
            clientKey: request.clientKey,
            interest: interest
        )
        if interest == .modelAndSession, let key = facts.session, let body = request.body,
            worker.router.isAway(key, at: now)
        {
            facts.noteCacheLifetime(of: body)
        }
        routedAt = .now()
        let (route, step) = worker.router.requestArrived(facts, at: now)
        self.route = route
        follow(step)
    }

    func follow(_ step: AccountRouter.Step) {
        switch step {
        case .attempt(let choice, let account): begin(choice, account)
        case .wait(let until, let because): wait(until: until, because: because)
        case .answer(.upstream, let decision):
            note(decision)
            giveFailure()
        case .answer(.own(let exhaustion), let decision):
            note(decision)
            give(ProxyAnswer(exhaustion), at: .now())
        }
    }

    /// Why there is no further attempt is worth a word only where there was a choice.
    private func note(_ decision: AnswerDecision) {
        guard captured.attempts.last?.account != nil || attempt?.account != nil || captured.attempts.isEmpty else {
            return
        }
        captured.decision = decision
        captured.decision?.waited = waited
    }

    // MARK: - Attempts

    private func begin(_ choice: AttemptChoice, _ account: Account?) {
        var attempt = CapturedAttempt(
            target: Account.Provider.anthropic.rawValue,
            account: choice.account,
            because: choice.because,
            startedAt: offset(.now())
        )
        attempt.rejected = choice.rejected
        attempt.waited = waited
        self.attempt = attempt
        waited = 0
        route?.cooldown = nil
        limits = RateLimitReport()
        firstEvent = nil
        isSettled = false
        settledKind = nil
        failure = nil
        guard !choice.isForced else {
            let outcome = AttemptOutcome(kind: .forced)
            return settle(outcome, .complete, at: .now())
        }
        credentials = account.map { .account($0) } ?? .client(withoutLines: request.clientKeyLines)
        send(to: account?.baseURL ?? worker.upstream, fresh: false)
    }

    func send(to target: UpstreamTarget, fresh: Bool) {
        let forwarded = ForwardedRequest(
            request.head,
            pathAndQuery: request.target.pathAndQuery,
            target: target,
            credentials: credentials,
            bodyLength: request.body?.readableBytes,
            allocator: worker.allocator
        )
        attempt?.sent = forwarded.derived
        attempt?.changes +=
            fresh ? ["sent again on a new connection: the upstream had closed the idle one"] : forwarded.changes
        let connection = worker.pool.connection(to: target, fresh: fresh, for: self)
        self.connection = connection
        connection.send(head: forwarded.bytes, body: request.body, isHead: request.isHead, to: self)
    }

    /// Whether the policy has a choice: with the client's own credentials it has none.
    var hasChoice: Bool { attempt?.account != nil }

    /// Lets the router look at what an attempt came to before anything of it is given on, and goes on as it says.
    ///
    /// - Parameters:
    ///   - outcome: what it came to.
    ///   - ending: how the attempt ended, or `nil` when more of its answer is on the way.
    ///   - reason: what went wrong on the way.
    ///   - now: when.
    func settle(_ outcome: AttemptOutcome, _ ending: Ending?, failure reason: String? = nil, at now: NIODeadline) {
        guard !isSettled else {
            leaveRoute(outcome)
            endAttempt(outcome.kind, ending ?? .truncated, failure: reason, at: now)
            return giveFailure()
        }
        let step = withRoute { worker.router.attemptEnded(&$0, outcome, at: WallClock.now()) }
        if case .answer(.upstream, let decision)? = step, outcome.isDeliverable, let head = attempt?.head {
            if outcome.kind != .success { note(decision) }
            isSettled = true
            settledKind = outcome.kind
            if ending == .complete {
                deliverHeld(head)
                endAnswer(at: now)
            } else if !outcome.isGood {
                deliverHeld(head)
            }
            return
        }
        if ending == nil { connection?.cancel() }
        let given = reason ?? (ending == nil && !outcome.isErrorEvent ? "given up for another account" : nil)
        endAttempt(outcome.kind, ending ?? (outcome.isErrorEvent ? .errorEvent : .truncated), failure: given, at: now)
        if let step { follow(step) }
    }

    /// Gives what was held back of an answer to the client; the rest follows as it comes.
    func deliverHeld(_ head: HTTPHead) {
        guard case .uncommitted = stage, let held = attempt?.body.bytes else { return }
        commit(head, status: Int(head.text(head.second)) ?? 0)
        forward(held)
    }

    /// The answer was given to the client as a whole.
    func endAnswer(at now: NIODeadline) {
        let kind = settledKind ?? OutcomeKind.of(attempt, limits: hasChoice ? limits : nil)
        if case .committed(.chunked) = stage { answer.endChunks() }
        leaveRoute(AttemptOutcome(kind: kind))
        endAttempt(kind, .complete, at: now)
        finish(.complete, at: now)
    }

    // MARK: - The route

    private func withRoute<Result>(_ body: (inout RequestRoute) -> Result) -> Result? {
        guard var route = self.route else { return nil }
        let result = body(&route)
        self.route = route
        return result
    }

    func commitRoute() {
        guard hasChoice else { return }
        _ = withRoute { worker.router.committed(&$0, limits, at: WallClock.now()) }
    }

    /// Tells the router that the exchange is over.
    func leaveRoute(_ outcome: AttemptOutcome?) {
        guard hasChoice || waiting != nil else { return }
        _ = withRoute { worker.router.ended(&$0, outcome, at: WallClock.now()) }
    }

    // MARK: - Waiting

    private func wait(until: Timestamp, because: String) {
        // At most a second at a time: accounts come back early, are added and resumed.
        let span = min(1_000_000, max(0, until.microseconds - WallClock.now().microseconds))
        let timer: Scheduled<Void> = worker.eventLoop.assumeIsolated().scheduleTask(in: .microseconds(span)) {
            [weak self] in
            self?.waitIsOver()
        }
        waiting = (timer, .now(), because)
    }

    private func waitIsOver() {
        guard let waiting else { return }
        waited += (NIODeadline.now() - waiting.since).nanoseconds / 1000
        self.waiting = nil
        guard let step = withRoute({ worker.router.waitEnded(&$0, at: WallClock.now()) }) else { return }
        follow(step)
    }

    /// Gives a wait up, as the exchange ends.
    func stopWaiting(at now: NIODeadline) {
        guard let waiting else { return }
        waiting.timer.cancel()
        waited += (now - waiting.since).nanoseconds / 1000
        captured.decision = AnswerDecision(because: "\(waiting.because); the exchange ended before", waited: waited)
        leaveRoute(nil)
        self.waiting = nil
    }

    /// Ends an attempt of which nothing has gone to the client when the time for the request is over.
    func checkTime(_ now: NIODeadline) {
        guard case .uncommitted = stage, hasChoice, connection != nil,
            now - routedAt > worker.settings.limits.request
        else { return }
        connection?.cancel()
        let reason = "the time for the request is over"
        failure = UpstreamFailure(cause: .firstByteTimeout, reason: reason)
        var outcome = AttemptOutcome(kind: .timeout)
        outcome.isDeadline = true
        settle(outcome, .timeout, failure: reason, at: now)
    }
}

extension ProxyAnswer {
    /// The answer when no account can serve.
    init(_ exhaustion: Exhaustion) {
        let code: Code
        switch exhaustion.reason {
        case .limits: code = .accountsLimited
        case .overloaded, .paused: code = .accountsUnavailable
        case .unreachable: code = .unreachable
        case .timeout: code = .upstreamTimeout
        case .unknownAccount: code = .unknownAccount
        }
        self.init(status: exhaustion.status, code: code, message: exhaustion.message)
        extraLines = exhaustion.headers
    }
}
