package import Inspector
import Recorder
import Synchronization

/// Answers requests from a recording.
///
/// ```swift
/// let answers = try RecordedAnswers(try Sources.open(["incident.zip"]))
/// let mock = MockUpstream(answers: answers)
/// try await mock.start()
/// ```
///
/// It keeps hashes of the recorded requests; bodies are read when they are needed.
package final class RecordedAnswers: AnswerSource {
    package let idleClose: Duration? = nil
    package let answersContinue = true
    package let isBlocking = true
    package let forwarder: Forwarder?

    private let options: ReplayOptions
    private let recording: Recording
    private let index: Mutex<AnswerIndex>
    private let parts: Mutex<PartForms>
    private let masker = Masker(key: .random())
    private let onMiss: @Sendable (String) -> Void

    /// Reads a recording.
    ///
    /// - Parameters:
    ///   - source: where it lies.
    ///   - options: how to answer.
    ///   - onMiss: takes a line about each request that nothing matches.
    /// - Throws: `StoreError` when the recording can't be read, `ReplayerError` when there is nothing in it.
    package init(
        _ source: any ExchangeSource,
        options: ReplayOptions = ReplayOptions(),
        onMiss: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        self.options = options
        self.onMiss = onMiss
        forwarder = try options.forward.map { try Forwarder(to: $0) }
        var index = AnswerIndex(loosest: options.match, loops: options.loops)
        var parts = PartForms()
        recording = try Recording(source, options.side, into: &index, &parts)
        guard !index.slots.isEmpty else {
            throw ReplayerError(.emptyRecording, "there is no exchange with an answer in the recording")
        }
        self.index = Mutex(index)
        self.parts = Mutex(parts)
    }

    /// What was counted so far.
    package var result: ReplayCounts {
        index.withLock { ReplayCounts(counts: $0.counts, unused: $0.unused) }
    }

    /// How many answers the recording has.
    package var count: Int { index.withLock { $0.slots.count } }

    package func steps(answering request: ReceivedRequest) -> [AnswerStep] {
        let steps = chosen(request)
        switch steps.last {
        case .close, .reset, .hang: return steps
        // The client may take the end of the connection for that of the answer.
        default: return request.keepsAlive ? steps : steps + [.close]
        }
    }

    private func chosen(_ request: ReceivedRequest) -> [AnswerStep] {
        let live = parts.withLock { LiveRequest(request, masker: masker, parts: &$0) }
        let choice = index.withLock { $0.choose(live.face, credential: live.credential) }
        switch choice {
        case .answer(let slot, let rung):
            do {
                return try recording.steps(slot, isHead: request.method == "HEAD", speed: options.speed)
            } catch {
                index.withLock { $0.withdraw(slot: slot, rung: rung) }
                let near = near([slot], live, findsDifference: false)
                return miss(request, live, reason: "its recorded answer can't be given: \(error)", nearest: near)
            }
        case .usedUp(_, let slots):
            let reason =
                slots.count == 1
                ? "it was recorded once, and that answer was given already: --loop begins anew"
                : "it was recorded \(slots.count) times, and all of its answers were given already: --loop begins anew"
            return miss(request, live, reason: reason, nearest: near(slots.prefix(3), live, findsDifference: false))
        case .none:
            let nearest = index.withLock { $0.nearest(live.face) }
            let reason = "no recorded request matches at '\(options.match.rawValue)'"
            return miss(request, live, reason: reason, nearest: near(nearest, live, findsDifference: true))
        }
    }

    private func near(_ places: some Sequence<Int>, _ live: LiveRequest, findsDifference: Bool) -> [MissReport.Near] {
        let slots = index.withLock { index in places.map { (place: $0, slot: index.slots[$0]) } }
        return slots.map { place, slot in
            let body = findsDifference ? (try? recording.requestBody(place)) ?? [] : []
            return MissReport.Near(
                address: slot.address,
                rung: slot.face.rung(live.face),
                difference: findsDifference ? MissReport.difference(slot.face, body, live, at: options.match) : nil
            )
        }
    }

    private func miss(
        _ request: ReceivedRequest,
        _ live: LiveRequest,
        reason: String,
        nearest: [MissReport.Near]
    ) -> [AnswerStep] {
        let report = MissReport(request: live.face.target, reason: reason, nearest: nearest)
        onMiss(report.line + (forwarder == nil ? "" : "; forwarded"))
        if forwarder != nil {
            let miss = ForwardedMiss(
                method: request.method,
                uri: request.uri,
                headers: request.headers,
                body: request.body
            )
            return [.forward(miss)]
        }
        return report.steps(status: options.missStatus, isHead: request.method == "HEAD")
    }
}
