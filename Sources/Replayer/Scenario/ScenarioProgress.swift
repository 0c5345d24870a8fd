import Recorder

/// How far a scenario has come: rules used, errors counted, limits spent.
///
/// Bounded by the size of its file.
struct ScenarioProgress: Sendable {
    /// How often each rule has answered.
    private var uses: [Int: Int] = [:]
    /// How many requests came to each error, by account (-1 for the scenario's own) and place.
    private var counts: [[Int]: Int] = [:]
    private var accounts: [AccountState]
    private let scenario: Scenario

    /// Begins a scenario.
    init(_ scenario: Scenario, now: Timestamp) {
        self.scenario = scenario
        accounts = scenario.accounts.map { AccountState($0, now: now) }
    }

    /// Chooses the answer of a request, before its times are filled in.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - candidates: The rules that match it, in order.
    ///   - now: The time.
    ///   - random: Where chances come from.
    /// - Returns: The answer of an error, a rule or a limit.
    mutating func answer(
        _ request: ReceivedRequest,
        candidates: [Int],
        now: Timestamp,
        random: inout SplitMix64
    ) -> ScriptedAnswer {
        let account = scenario.accounts.firstIndex { $0.matches(request) }
        guard account != nil || scenario.accounts.isEmpty else { return Self.unknownKey }
        if let account { accounts[account].advance(now: now) }
        let struck = error(account, &random)
        if let answer = struck?.answer { return answer }

        let rule = candidates.first { index in
            scenario.rules[index].times.map { uses[index, default: 0] < $0 } ?? true
        }
        var answer = rule.map { scenario.rules[$0].answer } ?? Self.miss(request)
        var headers = struck == nil ? [] : ScriptedErrorRule.overage
        if let account {
            // The head goes out before the tokens are known: a window tells what was used before this answer.
            var limits = accounts[account].windowHeaders
            if let refusal = accounts[account].refusal(now: now) {
                answer = refusal
            } else {
                use(rule)
                let tokens = answer.tokens
                accounts[account].spend(input: tokens.input, output: tokens.output)
            }
            limits = accounts[account].bucketHeaders + limits
            headers += limits.filter { line in !headers.contains { $0.isNamed(line.name) } }
        } else {
            use(rule)
        }
        answer.headers = headers.filter { line in !answer.headers.contains { $0.isNamed(line.name) } } + answer.headers
        return answer
    }

    private mutating func use(_ rule: Int?) {
        if let rule { uses[rule, default: 0] += 1 }
    }

    /// The first error that strikes: the account's own, then the scenario's.
    private mutating func error(_ account: Int?, _ random: inout SplitMix64) -> ScriptedErrorRule? {
        let own = account.map { (scope: $0, errors: scenario.accounts[$0].errors) }
        for (scope, errors) in [own, (scope: -1, errors: scenario.errors)].compactMap(\.self) {
            for (place, error) in errors.enumerated() {
                counts[[scope, place], default: 0] += 1
                if error.strikes(seen: counts[[scope, place], default: 1], random: &random) { return error }
            }
        }
        return nil
    }

    /// The answer to a request that carries the key of no account.
    private static let unknownKey = ScriptedAnswer.error(
        ScriptedError(status: 401, type: "authentication_error", message: "no account of the scenario has this key")
    )

    /// The answer when no rule is left for a request; the status is the one a replay miss has everywhere.
    private static func miss(_ request: ReceivedRequest) -> ScriptedAnswer {
        let message = "no rule of the scenario is left for \(request.method) \(request.uri)"
        return .error(ScriptedError(status: 599, type: "replay_miss_error", message: message))
    }
}
