package import Recorder

/// When each request of a replay goes out, and what it waits for.
///
/// Times lie on one absolute line from the first request on, so that a late answer moves nothing else. Within a session a
/// request waits for those whose answers its client had when it was recorded; requests that overlapped then may
/// overlap again. Sessions know nothing of each other. Pure: no clock, no I/O.
package struct RunPlan: Sendable {
    /// One request of the plan.
    package struct Step: Hashable, Sendable {
        /// When it goes out: microseconds from the start of the replay.
        package var time: Int64
        /// Which of the plan's sessions it belongs to.
        package var session: Int
        /// How many requests of its session ended before it began; it waits for just those.
        package var waitsFor: Int
        /// Its place among its session's requests in the order of their recorded ends.
        package var rank: Int
    }

    /// What is sent again, in the order of time.
    package let exchanges: [ExchangeSummary]
    /// A step for each of the exchanges.
    package let steps: [Step]
    /// How many sessions there are; a request without one is a session of its own.
    package let sessionCount: Int
    /// From the first request to the last answer, as recorded and scaled, in microseconds.
    package let duration: Int64

    /// Plans a replay.
    ///
    /// - Parameters:
    ///   - exchanges: what was recorded, in any order.
    ///   - speed: how fast time passes.
    package init(_ exchanges: [ExchangeSummary], speed: ReplaySpeed) {
        let sorted = exchanges.sorted { ($0.startedAt, $0.number, $0.id) < ($1.startedAt, $1.number, $1.id) }
        let origin = sorted.first?.startedAt.microseconds ?? 0
        // Times are the recording's: what a number can't hold is as late as can be.
        func start(_ index: Int) -> Int64 {
            let (span, isBeyond) = sorted[index].startedAt.microseconds.subtractingReportingOverflow(origin)
            return isBeyond ? .max : span
        }
        func end(_ index: Int) -> Int64 {
            let (end, isBeyond) = start(index).addingReportingOverflow(max(0, sorted[index].duration))
            return isBeyond ? .max : end
        }

        var members: [[Int]] = []
        var numbers: [SessionKey: Int] = [:]
        for (index, exchange) in sorted.enumerated() {
            guard let session = exchange.session else {
                members.append([index])
                continue
            }
            let key = SessionKey(client: exchange.clientKey, session: session)
            let number = numbers[key] ?? members.count
            if number == members.count { members.append([]) }
            numbers[key] = number
            members[number].append(index)
        }
        var steps = sorted.indices.map { Step(time: speed.scaled(start($0)), session: 0, waitsFor: 0, rank: 0) }
        for (session, indices) in members.enumerated() {
            let byEnd = indices.sorted { (end($0), $0) < (end($1), $1) }
            for (rank, index) in byEnd.enumerated() { steps[index].rank = rank }
            var ended = 0
            for index in indices {
                // Of a clock that has no finer steps: what began when something ended may have waited for it.
                while ended < byEnd.count, byEnd[ended] < index, end(byEnd[ended]) <= start(index) { ended += 1 }
                steps[index].session = session
                steps[index].waitsFor = ended
            }
        }
        self.exchanges = sorted
        self.steps = steps
        sessionCount = members.count
        duration = speed.scaled(sorted.indices.map(end).max() ?? 0)
    }

    private struct SessionKey: Hashable {
        var client: String?
        var session: String
    }
}
