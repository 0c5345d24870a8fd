import Recorder

/// What is said of a request that no recorded answer is left for.
struct MissReport {
    /// A recorded request that is near.
    struct Near {
        var address: String
        var rung: MatchRung
        var difference: FirstDifference?
    }

    var request: String
    var reason: String
    var nearest: [Near]

    /// The first difference of two requests: of method, path or query, else of their bodies.
    ///
    /// - Parameters:
    ///   - recorded: the recorded request.
    ///   - body: its body.
    ///   - live: the one that came.
    ///   - rung: the loosest rung that would have been an answer.
    /// - Returns: `nil` when they are the same by the rules of the rung.
    static func difference(
        _ recorded: RequestFace,
        _ body: [UInt8],
        _ live: LiveRequest,
        at rung: MatchRung
    ) -> FirstDifference? {
        let face = live.face
        if recorded.method != face.method {
            return FirstDifference(path: "method", recorded: recorded.method, received: face.method)
        }
        func part(_ name: String, _ before: String, _ now: String) -> FirstDifference? {
            FirstDifference.parts(name, Array(before.utf8), Array(now.utf8))
        }
        return part("path", recorded.path, face.path)
            ?? part("query", recorded.query(at: rung), face.query(at: rung))
            ?? FirstDifference.between(recorded: body, received: live.body, at: rung)
    }

    /// One line for a log.
    var line: String {
        var line = "miss: \(request): \(reason)"
        if let near = nearest.first {
            line += "; nearest \(near.address)"
            if let place = near.difference?.path { line += ", which differs at \(place)" }
        }
        return line
    }

    /// The answer: an error in Anthropic's shape, with the nearest recorded requests beside it.
    ///
    /// - Parameters:
    ///   - status: the status.
    ///   - isHead: whether the request is a HEAD, which gets no body.
    /// - Returns: the one step that sends it.
    func steps(status: Int, isHead: Bool) -> [AnswerStep] {
        var json = JSONWriter()
        json.object {
            $0.member("type", "error")
            $0.member("error") {
                $0.object {
                    $0.member("type", "replay_miss_error")
                    $0.member("message", "\(request): \(reason)")
                }
            }
            $0.member("nearest") {
                $0.array { json in
                    for near in nearest { json.element { Self.write(near, into: &$0) } }
                }
            }
        }
        json.endLine()
        let head = HTTPText.head(
            status: status,
            headers: [
                ScriptedHeader("content-type", "application/json"),
                ScriptedHeader("content-length", String(json.bytes.count)),
                ScriptedHeader("x-tapedeck-error", "replay_miss"),
                // Asking again gets the same.
                ScriptedHeader("x-should-retry", "false"),
            ]
        )
        return [.write(isHead ? head : head + json.bytes)]
    }

    private static func write(_ near: Near, into json: inout JSONWriter) {
        json.object {
            $0.member("address", near.address)
            $0.member("rung", near.rung.rawValue)
            guard let difference = near.difference else { return $0.member("difference", nil as String?) }
            $0.member("difference") {
                $0.object {
                    $0.member("path", difference.path)
                    $0.member("recorded", difference.recorded)
                    $0.member("received", difference.received)
                }
            }
        }
    }
}
