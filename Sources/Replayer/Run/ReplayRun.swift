import CurlSupport
package import Inspector
import Recorder

/// Sends recorded requests again, each at its time, and compares what comes back.
///
/// ```swift
/// let run = try ReplayRun(plan, from: source, settings: settings)
/// let tally = try await run.run { print($0.line) }
/// ```
///
/// Memory holds a row for each exchange, and bodies for as many as are on their way at once.
package final class ReplayRun {
    private enum Message: Sendable {
        case answer(Int, CurlResponse)
        case timer(Int64)
        case interruption
    }

    /// Microseconds.
    private static let longestSleep: Int64 = 3_600_000_000

    private typealias Group = ThrowingTaskGroup<Message, any Error>

    /// A request on its way.
    private struct Sent {
        var recorded: RecordedExchange
        var request: ReplayRequest
        var bound: Int64
        var startedAt: Timestamp
    }

    private let plan: RunPlan
    private let source: any ExchangeSource
    private let settings: RunSettings
    private let recording: RunRecording?
    private let client: CurlClient
    /// Tags of an unknown key: placeholders are compared without them.
    private let masker = Masker(key: .random())
    private let clock = ContinuousClock()

    private var schedule: RunSchedule
    private var ledger: CostLedger?
    private var sent: [Int: Sent] = [:]
    private var hasAnswers = false
    /// Whether the sum allowed has come to its end.
    private var isStopped = false
    /// Whether somebody wants no more requests to be sent.
    package private(set) var isInterrupted = false
    private var timer: Int64?
    /// Results that wait for those of earlier exchanges.
    private var waiting: [Int: RunResult] = [:]
    private var reported = 0
    private var tally = RunTally()

    /// Prepares a replay.
    ///
    /// - Parameters:
    ///   - plan: what is sent when.
    ///   - source: where its exchanges lie.
    ///   - settings: where to and how.
    ///   - recording: takes what comes back, if it is kept.
    /// - Throws: `ReplayerError` when the HTTP client can't be set up.
    package init(
        _ plan: RunPlan,
        from source: any ExchangeSource,
        settings: RunSettings,
        recording: RunRecording? = nil
    ) throws {
        self.plan = plan
        self.source = source
        self.settings = settings
        self.recording = recording
        schedule = RunSchedule(plan, concurrency: settings.concurrency)
        ledger = settings.maxCost.map { CostLedger(limit: $0) }
        do {
            client = try CurlClient()
        } catch {
            throw ReplayerError(.noClient, error.message)
        }
    }

    /// What was spent, in pico-dollars, or may have been; `nil` when nobody counts.
    package var spent: Int64? { ledger?.spent }

    /// Runs the replay to its end.
    ///
    /// After an interruption nothing more is sent, and what is on its way is given up; the results tell of it.
    ///
    /// - Parameters:
    ///   - interruptions: one element or more interrupts the replay.
    ///   - report: takes every exchange's result, in the order of the recording.
    /// - Returns: how many came out how.
    /// - Throws: `ReplayerError` when nothing answers at the target, and what `report` throws.
    package func run(
        until interruptions: AsyncStream<Void>? = nil,
        _ report: (RunResult) throws -> Void
    ) async throws -> RunTally {
        let start = clock.now
        return try await withThrowingTaskGroup(of: Message.self) { group in
            if let interruptions {
                group.addTask {
                    for await _ in interruptions { break }
                    return .interruption
                }
            }
            while true {
                // Nobody waits any more for a time to come.
                let now = isInterrupted ? .max : start.duration(to: clock.now).microseconds
                switch schedule.next(at: now) {
                case .start(let index):
                    try await begin(index, in: &group)
                case .waitUntil(let due):
                    // A recording may have any times: no sleep is longer than the clock can take.
                    let time = min(due, now + ReplayRun.longestSleep)
                    if timer.map({ $0 > time }) ?? true {
                        timer = time
                        group.addTask { [clock] in
                            // Cut short when everything is over.
                            try? await clock.sleep(until: start + .microseconds(time))
                            return .timer(time)
                        }
                    }
                    try await takeNext(from: &group)
                case .waitForAnswer:
                    try await takeNext(from: &group)
                case .done:
                    group.cancelAll()
                    try deliver(report)
                    return tally
                }
                try deliver(report)
            }
        }
    }

    // MARK: - Sending

    private func begin(_ index: Int, in group: inout Group) async throws {
        let row = plan.exchanges[index]
        var result = RunResult(row, .unused)
        if isInterrupted {
            result.unsent = RunResult.interruption
            return end(index, result)
        }
        do {
            let recorded = try source.recorded(row)
            switch try ReplayRequest.make(from: recorded, settings.additions) {
            case .needs(let needs): result.needs = needs
            case .ready(let request):
                let bound = CostBound(request, recorded: CostBound.reported(by: recorded))
                result.unsent = try await reserve(bound, in: &group)
                guard result.unsent != nil else { return send(index, recorded, request, bound, in: &group) }
            }
        } catch let error as StoreError {
            result.unsent = error.message
        }
        end(index, result)
    }

    /// Sets a request's bound aside; where the rest of the sum is set aside for others it waits for them.
    ///
    /// - Returns: `nil`, or why the request is not sent.
    private func reserve(_ bound: CostBound, in group: inout Group) async throws -> String? {
        guard let limit = ledger?.limit else { return nil }
        guard let amount = bound.picodollars else { return bound.unknown ?? "its cost is unknown" }
        while !isStopped, !isInterrupted {
            if ledger?.reserve(amount) == true { return nil }
            if sent.isEmpty { isStopped = true } else { try await takeNext(from: &group) }
        }
        if isInterrupted { return RunResult.interruption }
        let spent = ledger?.spent ?? 0
        return
            "it may cost up to $\(Decimals.dollars(amount)), which with $\(Decimals.dollars(spent)) spent might pass "
            + "--max-cost \(Decimals.dollars(limit))"
    }

    private func send(
        _ index: Int,
        _ recorded: RecordedExchange,
        _ request: ReplayRequest,
        _ bound: CostBound,
        in group: inout Group
    ) {
        sent[index] = Sent(
            recorded: recorded,
            request: request,
            bound: ledger == nil ? 0 : bound.picodollars ?? 0,
            startedAt: WallClock.now()
        )
        let transfer = CurlRequest(
            method: request.method,
            url: settings.target.base + request.target,
            headers: request.headers.map { CurlHeader($0.name, $0.value) },
            body: request.body,
            version: settings.speaksHTTP1 ? .http11 : .automatic,
            limits: settings.limits,
            authorityFile: settings.authorityFile,
            // What is counted once must not be sent twice.
            isSentOnce: ledger != nil && bound != .free
        )
        group.addTask { [client] in .answer(index, await client.perform(transfer)) }
    }

    // MARK: - Answers

    private func takeNext(from group: inout Group) async throws {
        switch try await group.next() {
        case .answer(let index, let response): try await take(response, of: index)
        case .timer(let time): if timer == time { timer = nil }
        case .interruption:
            // The stream of them also ends with the replay.
            guard !group.isCancelled else { return }
            isInterrupted = true
            // What is on its way ends as cancelled, with what has come.
            group.cancelAll()
        case nil: return
        }
    }

    private func take(_ response: CurlResponse, of index: Int) async throws {
        guard let sent = sent.removeValue(forKey: index) else { return }
        if case .unreachable(let reason) = response.end, !hasAnswers {
            throw ReplayerError(.unreachable, "cannot reach \(settings.target.base): \(reason)")
        }
        hasAnswers = true
        let replayed = AnswerFacts(response, masker: masker)
        ledger?.settle(sent.bound, actual: cost(of: replayed, response.end))
        let address = "x\(sent.recorded.exchange.number)"
        await recording?.add(sent.request, response, address: address, startedAt: sent.startedAt)

        var result = RunResult(plan.exchanges[index], .unmatched)
        result.replayed = replayed
        result.timing = response.timing
        result.failure = response.end == .cancelled ? RunResult.interruption : response.end.reason.map(masker.masked)
        result.droppedHeaders = sent.request.dropped
        result.madeUpIDs = sent.request.madeUpIDs
        do {
            let recorded = try AnswerFacts(sent.recorded)
            let comparison = AnswerComparison(recorded: recorded, replayed: replayed)
            result.recorded = recorded
            result.rung = comparison.rung
            result.differences = comparison.differences
            result.similarity = comparison.rung == .unmatched ? nil : comparison.similarity
        } catch let error as StoreError {
            result.failure = "nothing to compare with: \(error.message)"
        }
        end(index, result)
    }

    /// What an answer cost, or `nil` when it may have cost anything up to its bound.
    private func cost(of answer: AnswerFacts, _ end: CurlEnd) -> Int64? {
        if case .unreachable = end { return 0 }
        if let status = answer.status, status >= 400 { return 0 }
        return end == .complete ? answer.cost : nil
    }

    // MARK: - Results

    private func end(_ index: Int, _ result: RunResult) {
        schedule.ended(index)
        tally.add(result.rung)
        waiting[index] = result
    }

    private func deliver(_ report: (RunResult) throws -> Void) throws {
        while let result = waiting.removeValue(forKey: reported) {
            reported += 1
            try report(result)
        }
    }
}

extension Duration {
    /// Whole microseconds.
    fileprivate var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
