package import Inspector
package import Recorder

/// What a replay would do, without sending anything.
package struct RunEstimate: Sendable {
    /// Requests that would be sent.
    package private(set) var requests = 0
    /// Sessions they belong to; a request without one is a session of its own.
    package private(set) var sessions = 0
    /// How long it would take at the chosen speed if answers take as long as recorded, in microseconds.
    package private(set) var duration: Int64
    /// Prompt tokens at most.
    package private(set) var input = 0
    /// Tokens produced at most.
    package private(set) var output = 0
    /// Pico-dollars at most, of those requests whose cost is known.
    package private(set) var picodollars: Int64 = 0
    /// How many requests have an unknown cost, by the reason.
    package private(set) var unknown: [String: Int] = [:]
    /// Those that would not be sent, with the reason.
    package private(set) var unsent: [RunResult] = []

    /// Looks at every request of a plan.
    ///
    /// - Throws: what the source throws when an exchange can't be read at all.
    package init(_ plan: RunPlan, from source: any ExchangeSource, settings: RunSettings) throws {
        duration = plan.duration
        sessions = plan.sessionCount
        for row in plan.exchanges {
            var result = RunResult(row, .unused)
            do {
                let recorded = try source.recorded(row)
                switch try ReplayRequest.make(from: recorded, settings.additions) {
                case .ready(let request):
                    add(CostBound(request, recorded: CostBound.reported(by: recorded)))
                    continue
                case .needs(let needs): result.needs = needs
                }
            } catch let error as StoreError {
                result.unsent = error.message
            }
            unsent.append(result)
        }
    }

    private mutating func add(_ bound: CostBound) {
        requests += 1
        input = RunEstimate.sum(input, bound.input)
        output = RunEstimate.sum(output, bound.output)
        if let amount = bound.picodollars {
            picodollars = RunEstimate.sum(picodollars, amount)
        } else {
            unknown[bound.unknown ?? "unknown", default: 0] += 1
        }
    }

    /// The sum of two amounts, neither negative, or the most there can be.
    private static func sum<Number: FixedWidthInteger>(_ left: Number, _ right: Number) -> Number {
        let (sum, isBeyond) = left.addingReportingOverflow(right)
        return isBeyond ? .max : sum
    }

    /// The plan in lines for people.
    package func lines(to target: ReplayTarget) -> [String] {
        var lines = unsent.map(\.line)
        lines.append(
            "\(requests) \(requests == 1 ? "request" : "requests") of \(sessions) "
                + "\(sessions == 1 ? "session" : "sessions") to \(target.base), "
                + "\(duration > 0 ? "\(Decimals.duration(duration)) long" : "without waiting"), \(unsent.count) not sent"
        )
        lines.append("at most \(input) tokens in, \(output) tokens out, $\(Decimals.dollars(picodollars))")
        for (reason, count) in unknown.sorted(by: { $0.key < $1.key }) {
            lines.append("without \(count) of unknown cost: \(reason)")
        }
        return lines
    }

    /// Writes the plan as one JSON object with the end of the line.
    package func write(into json: inout JSONWriter) {
        json.object {
            $0.member("requests", requests)
            $0.member("sessions", sessions)
            $0.member("duration_ms", milliseconds: duration)
            $0.member("max_input_tokens", input)
            $0.member("max_output_tokens", output)
            $0.member("max_cost_usd", picodollars: picodollars)
            $0.member("unknown_costs", unknown.values.reduce(0, +))
            $0.member("unsent") {
                $0.array { json in
                    for result in unsent {
                        json.element {
                            $0.object {
                                $0.member("address", "x\(result.summary.number)")
                                $0.member("id", result.summary.id.description)
                                $0.member("reason", result.line)
                            }
                        }
                    }
                }
            }
        }
        json.endLine()
    }
}
