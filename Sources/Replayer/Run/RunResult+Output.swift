import CurlSupport
package import Recorder

extension RunResult {
    /// One line for people, such as `x17 major status 200 → 429, error none → rate_limit_error (time 1.20 s → 35.0 ms)`.
    package var line: String {
        // Names and reasons come from the other side: nothing of them may steer a terminal.
        String(
            String.UnicodeScalarView(
                rawLine.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }
            )
        )
    }

    private var rawLine: String {
        var text = "x\(summary.number) "
        if !needs.isEmpty { return text + "needs: " + needs.joined(separator: "; ") }
        if let unsent { return text + "not sent: " + unsent }
        if rung == .unmatched { return text + "no answer: " + (failure ?? "nothing came") }
        text += rung.rawValue
        let parts = differences.map { difference in
            guard difference.name == "text", let similarity else {
                return " \(difference.name) \(difference.recorded) → \(difference.replayed)"
            }
            return " text \(similarity / 10).\(similarity % 10)% alike"
        }
        text += parts.joined(separator: ",")
        if let failure, replayed?.ending != .complete { text += " [\(failure)]" }
        if let recorded, let replayed {
            let times = (Decimals.duration(recorded.duration), Decimals.duration(replayed.duration))
            text += " (time \(times.0) → \(times.1))"
        }
        if !droppedHeaders.isEmpty { text += " without masked " + droppedHeaders.joined(separator: ", ") }
        return text
    }

    /// Writes the result as one JSON object with the end of the line: both sides, and what differs.
    package func write(into json: inout JSONWriter) {
        json.object {
            $0.member("address", "x\(summary.number)")
            $0.member("id", summary.id.description)
            $0.member("rung", rung.rawValue)
            $0.member("recorded") { RunResult.write(recorded, into: &$0) }
            $0.member("replayed") { RunResult.write(replayed, into: &$0) }
            $0.member("differences") {
                $0.array { json in
                    for difference in differences {
                        json.element {
                            $0.object {
                                $0.member("name", difference.name)
                                $0.member("recorded", difference.recorded)
                                $0.member("replayed", difference.replayed)
                            }
                        }
                    }
                }
            }
            $0.member("text_similarity") {
                if let similarity { $0.raw(RunResult.fraction(similarity).utf8) } else { $0.null() }
            }
            $0.member("timing") { writeTiming(into: &$0) }
            $0.member("failure", failure)
            $0.member("needs") { RunResult.write(needs, into: &$0) }
            $0.member("unsent", unsent)
            $0.member("made_up_ids", madeUpIDs)
            $0.member("dropped_headers") { RunResult.write(droppedHeaders, into: &$0) }
        }
        json.endLine()
    }

    private func writeTiming(into json: inout JSONWriter) {
        guard let timing else { return json.null() }
        json.object {
            $0.member("dns_ms", milliseconds: timing.dns)
            $0.member("connect_ms", milliseconds: timing.connect)
            $0.member("tls_ms", milliseconds: timing.tls)
            $0.member("first_byte_ms", milliseconds: timing.firstByte)
            $0.member("total_ms", milliseconds: timing.total)
            $0.member("reused_connection", timing.isReused)
        }
    }

    private static func write(_ facts: AnswerFacts?, into json: inout JSONWriter) {
        guard let facts else { return json.null() }
        json.object {
            $0.member("status", facts.status)
            $0.member("error_type", facts.errorType)
            $0.member("ending", facts.ending.rawValue)
            $0.member("stop_reason", facts.stopReason)
            $0.member("model", facts.model)
            $0.member("tools") { RunResult.write(facts.tools, into: &$0) }
            $0.member("tokens") {
                guard let tokens = facts.tokens else { return $0.null() }
                $0.object {
                    $0.member("input", tokens.input)
                    $0.member("output", tokens.output)
                    $0.member("cache_read", tokens.cacheRead)
                    $0.member("cache_write_5m", tokens.cacheWrite5m)
                    $0.member("cache_write_1h", tokens.cacheWrite1h)
                }
            }
            $0.member("body_bytes", facts.body?.count)
            $0.member("ttfb_ms", milliseconds: facts.firstByte)
            $0.member("duration_ms", milliseconds: facts.duration)
        }
    }

    private static func write(_ texts: [String], into json: inout JSONWriter) {
        json.array { json in
            for text in texts { json.element { $0.string(text) } }
        }
    }

    /// Thousandths as a decimal fraction.
    private static func fraction(_ thousandths: Int) -> String {
        let digits = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }
}
