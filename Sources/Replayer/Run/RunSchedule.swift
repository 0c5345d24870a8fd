/// Says what a replay does next; told the time and what has ended, it has neither clock nor I/O.
///
/// ```swift
/// var schedule = RunSchedule(plan, concurrency: 8)
/// while true {
///     switch schedule.next(at: now) {
///     case .start(let index): begin(plan.steps[index])
///     case .waitUntil(let time): …
///     case .waitForAnswer: …; schedule.ended(index)
///     case .done: return
///     }
/// }
/// ```
package struct RunSchedule: Sendable {
    /// What to do next.
    package enum Action: Hashable, Sendable {
        /// Send the step of that index.
        case start(Int)
        /// Nothing is due before that time, unless an answer comes first.
        case waitUntil(Int64)
        /// Only an answer moves things on.
        case waitForAnswer
        /// Every step was started and has ended.
        case done
    }

    private struct Session {
        /// Its steps in the order of time.
        var steps: [Int] = []
        var next = 0
        /// Whether its next step is among the ready ones.
        var isReady = false
        /// By rank.
        var hasEnded: [Bool] = []
        /// How many, counted from the first rank without a gap, have ended.
        var ended = 0
    }

    private let steps: [RunPlan.Step]
    private let concurrency: Int
    private var sessions: [Session]
    private var ready = ReadyQueue()
    private var unstarted: Int
    /// How many steps were started and have not ended.
    package private(set) var inFlight = 0

    /// Begins a replay.
    ///
    /// - Parameters:
    ///   - plan: what is sent when.
    ///   - concurrency: how many requests may be on their way at once.
    package init(_ plan: RunPlan, concurrency: Int) {
        steps = plan.steps
        self.concurrency = max(1, concurrency)
        sessions = Array(repeating: Session(), count: plan.sessionCount)
        unstarted = plan.steps.count
        for (index, step) in plan.steps.enumerated() {
            sessions[step.session].steps.append(index)
            sessions[step.session].hasEnded.append(false)
        }
        for session in sessions.indices { offer(session) }
    }

    /// What to do at a time, in microseconds from the start of the replay.
    package mutating func next(at now: Int64) -> Action {
        if unstarted == 0 { return inFlight == 0 ? .done : .waitForAnswer }
        // Where a session waits for itself alone the plan has an order, so something is in flight.
        guard inFlight < concurrency, let first = ready.first else { return .waitForAnswer }
        guard steps[first].time <= now else { return .waitUntil(steps[first].time) }
        ready.removeFirst()
        let session = steps[first].session
        sessions[session].isReady = false
        sessions[session].next += 1
        unstarted -= 1
        inFlight += 1
        offer(session)
        return .start(first)
    }

    /// Notes that a step that was started has ended, whatever came of it.
    package mutating func ended(_ index: Int) {
        let number = steps[index].session
        inFlight -= 1
        sessions[number].hasEnded[steps[index].rank] = true
        while sessions[number].ended < sessions[number].hasEnded.count,
            sessions[number].hasEnded[sessions[number].ended]
        {
            sessions[number].ended += 1
        }
        offer(number)
    }

    /// Puts a session's next step among the ready ones when all it waits for has ended.
    private mutating func offer(_ number: Int) {
        let session = sessions[number]
        guard !session.isReady, session.next < session.steps.count else { return }
        let index = session.steps[session.next]
        guard session.ended >= steps[index].waitsFor else { return }
        sessions[number].isReady = true
        ready.insert(index)
    }
}
