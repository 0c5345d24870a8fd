import Recorder
import Replayer
import Testing

struct RunPlanTests {
    private func sample(
        _ number: UInt64,
        _ start: Int64,
        _ duration: Int64,
        _ session: String? = "s"
    ) -> ExchangeSummary {
        RecordedSample(number: number, start: start, duration: duration, session: session).summary
    }

    /// Runs a schedule by hand: every answer takes as long as it did when it was recorded, scaled or not.
    private func starts(_ plan: RunPlan, concurrency: Int = 100, lasting: [Int64]) -> [Int64] {
        var schedule = RunSchedule(plan, concurrency: concurrency)
        var now: Int64 = 0
        var starts = Array(repeating: Int64(-1), count: plan.steps.count)
        var ends: [(time: Int64, index: Int)] = []
        while true {
            let action = schedule.next(at: now)
            if action == .done { return starts }
            if case .start(let index) = action {
                starts[index] = now
                ends.append((now + lasting[index], index))
                continue
            }
            ends.sort { $0 < $1 }
            if case .waitUntil(let time) = action, ends.first.map({ $0.time > time }) ?? true {
                now = time
                continue
            }
            guard !ends.isEmpty else { return starts }
            let end = ends.removeFirst()
            now = max(now, end.time)
            schedule.ended(end.index)
        }
    }

    @Test("requests go out at their recorded times, whatever order they are given in")
    func requestsGoOutAtTheirRecordedTimes() throws {
        let rows = [sample(3, 9000, 100), sample(1, 1000, 100), sample(2, 4000, 100)]
        let plan = RunPlan(rows, speed: .original)
        #expect(plan.exchanges.map(\.number) == [1, 2, 3])
        #expect(plan.steps.map(\.time) == [0, 3000, 8000])
        #expect(plan.duration == 8100)
        #expect(starts(plan, lasting: [100, 100, 100]) == [0, 3000, 8000])
        let fast = try #require(ReplaySpeed("10x"))
        #expect(RunPlan(rows, speed: fast).steps.map(\.time) == [0, 300, 800])
    }

    @Test("a session waits for the answers its client had, and its times do not slip")
    func aSessionWaitsForTheAnswersItsClientHad() {
        let rows = [sample(1, 0, 100), sample(2, 200, 100), sample(3, 1000, 100), sample(4, 250, 10, "other")]
        let plan = RunPlan(rows, speed: .original)
        // The first answer comes late: the second waits, the third is in time again, the other session does not care.
        #expect(plan.exchanges.map(\.number) == [1, 2, 4, 3])
        #expect(starts(plan, lasting: [600, 100, 10, 100]) == [0, 600, 250, 1000])
    }

    @Test("requests of a session that overlapped may overlap again")
    func requestsOfASessionThatOverlapped() {
        let rows = [sample(1, 0, 1000), sample(2, 100, 300), sample(3, 500, 100), sample(4, 2000, 100)]
        let plan = RunPlan(rows, speed: .max)
        // 2 waits for nothing, 3 for 2 alone, 4 for all.
        #expect(plan.steps.map(\.waitsFor) == [0, 0, 1, 3])
        #expect(starts(plan, lasting: [50, 20, 10, 10]) == [0, 0, 20, 50])
    }

    @Test("without a session each request is alone; equal sessions of two client keys are two")
    func withoutASessionEachRequestIsAlone() {
        var other = sample(4, 30, 5)
        other.clientKey = "k"
        let rows = [sample(1, 0, 5, nil), sample(2, 10, 5, nil), sample(3, 20, 5), other]
        let plan = RunPlan(rows, speed: .max)
        #expect(plan.sessionCount == 4)
        #expect(starts(plan, lasting: [9, 9, 9, 9]) == [0, 0, 0, 0])
    }

    @Test("no more than the concurrency is on its way, and the earliest goes first")
    func noMoreThanTheConcurrencyIsOnItsWay() {
        let rows = (1...5).map { sample($0, Int64($0), 5, "s\($0)") }
        let plan = RunPlan(rows, speed: .max)
        #expect(starts(plan, concurrency: 2, lasting: [10, 30, 10, 10, 10]) == [0, 0, 10, 20, 30])
    }

    @Test("every request of a random recording goes out once, after all it waits for")
    func everyRequestOfARandomRecordingGoesOutOnce() {
        var random = SeededRandom(state: 11)
        for _ in 0..<200 {
            let rows = (1...30).map { number in
                sample(
                    number,
                    .random(in: 0...1000, using: &random),
                    .random(in: 0...400, using: &random),
                    ["a", "b", nil].randomElement(using: &random) ?? nil
                )
            }
            let plan = RunPlan(rows, speed: [.max, .original].randomElement(using: &random) ?? .max)
            let lasting = rows.map { _ in Int64.random(in: 0...900, using: &random) }
            let times = starts(plan, concurrency: .random(in: 1...6, using: &random), lasting: lasting)
            for (index, row) in plan.exchanges.enumerated() {
                #expect(times[index] >= plan.steps[index].time)
                for (other, earlier) in plan.exchanges.enumerated().prefix(index) where row.session != nil {
                    let end = earlier.startedAt.advanced(byMicroseconds: earlier.duration)
                    guard earlier.session == row.session, end <= row.startedAt else { continue }
                    #expect(times[other] + lasting[other] <= times[index])
                }
            }
        }
    }

    @Test("times that lie ages apart and answers that took for ever keep their order")
    func timesThatLieAgesApart() {
        var first = sample(1, 0, 10)
        first.startedAt = Timestamp(microseconds: .min)
        first.duration = .max
        var last = sample(2, 0, .max)
        last.startedAt = Timestamp(microseconds: .max)
        let plan = RunPlan([last, first], speed: .original)
        #expect(plan.exchanges.map(\.number) == [1, 2])
        #expect(plan.steps.map(\.time) == [0, .max])
        #expect(plan.duration == .max)
    }

    @Test("an empty plan is done at once")
    func anEmptyPlanIsDoneAtOnce() {
        let plan = RunPlan([], speed: .original)
        #expect(plan.duration == 0)
        var schedule = RunSchedule(plan, concurrency: 1)
        #expect(schedule.next(at: 0) == .done)
    }
}
