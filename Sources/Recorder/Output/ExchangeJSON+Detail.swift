extension ExchangeJSON {
    /// Writes what `inspector show ID --json` prints, or a line of a bundle, with the end of the line.
    package static func writeDetail(
        _ recorded: RecordedExchange,
        form: Form = .page,
        into json: inout JSONWriter
    ) {
        let exchange = recorded.exchange
        json.object {
            writeMembers(of: recorded.summary, attempts: { _ in }, into: &$0)
            if case .bundle = form {
                $0.member("request_model", exchange.model)
                $0.member("duration_us", Int(exchange.duration))
            }
            $0.member("request") { write(exchange.request, form, into: &$0) }
            $0.member("response") { write(exchange.response, form, into: &$0) }
            $0.member("attempts") {
                $0.array { json in
                    for number in exchange.attempts.indices {
                        json.element { writeAttempt(number + 1, of: recorded, form: form, into: &$0) }
                    }
                }
            }
            $0.member("decision") { write(exchange.decision, form, into: &$0) }
        }
        json.endLine()
    }

    /// Writes one attempt, as it stands in the list of `writeDetail`.
    ///
    /// - Parameters:
    ///   - number: the attempt's number from 1; the exchange has it.
    ///   - recorded: the exchange.
    ///   - form: what it is for.
    ///   - json: where to write.
    package static func writeAttempt(
        _ number: Int,
        of recorded: RecordedExchange,
        form: Form = .page,
        into json: inout JSONWriter
    ) {
        let attempt = recorded.exchange.attempts[number - 1]
        json.object {
            $0.member("address", ExchangeAddress(exchange: recorded.exchange.number, attempt: number).description)
            $0.member("target", attempt.target)
            $0.member("account", attempt.account)
            $0.member("because", attempt.because)
            $0.member("kind", attempt.kind.rawValue)
            write(attempt.rejected, into: &$0)
            $0.member("status", attempt.response?.status)
            $0.member("error_type", recorded.errorType(of: attempt))
            $0.member("started_at", recorded.start(of: attempt))
            $0.member("ttfb_ms", milliseconds: attempt.firstByteAt.map { $0 - attempt.startedAt })
            $0.member("duration_ms", milliseconds: attempt.endedAt - attempt.startedAt)
            $0.member("ending", attempt.ending.rawValue)
            $0.member("cooldown_until", attempt.cooldownUntil)
            $0.member("cooldown_reason", attempt.cooldownReason)
            $0.member("waited_ms", milliseconds: attempt.waited)
            $0.member("changes") {
                $0.array { json in
                    for change in attempt.changes { json.element { $0.string(change) } }
                }
            }
            $0.member("failure", attempt.failure)
            if case .bundle = form {
                $0.member("started_us", Int(attempt.startedAt))
                $0.member("first_byte_us", attempt.firstByteAt.map { Int($0) })
                $0.member("ended_us", Int(attempt.endedAt))
                $0.member("waited_us", Int(attempt.waited))
            }
            $0.member("request") { write(attempt.request, form, into: &$0) }
            $0.member("response") { write(attempt.response, form, into: &$0) }
        }
    }

    /// Writes what `inspector show ID --events` prints for one event, with the end of the line.
    ///
    /// `data` is the event's data as JSON where it is JSON, else as a text.
    package static func writeEvent(_ event: RecordedEvent, of address: ExchangeAddress, into json: inout JSONWriter) {
        var address = address
        address.event = event.index
        json.object {
            $0.member("address", address.description)
            $0.member("offset_us", Int(event.offset))
            $0.member("event", event.name)
            $0.member("data") { json in
                if event.data.withUnsafeBytes({ JSONScanner.isValid($0) }) {
                    json.raw(event.data)
                } else {
                    json.string(String(decoding: event.data, as: UTF8.self))
                }
            }
        }
        json.endLine()
    }

    private static func write(_ decision: AnswerDecision?, _ form: Form, into json: inout JSONWriter) {
        guard let decision else { return json.null() }
        json.object {
            $0.member("because", decision.because)
            write(decision.rejected, into: &$0)
            $0.member("waited_ms", milliseconds: decision.waited)
            if case .bundle = form { $0.member("waited_us", Int(decision.waited)) }
        }
    }

    private static func write(_ rejected: [RejectedCandidate], into json: inout JSONWriter) {
        json.member("rejected") {
            $0.array { json in
                for candidate in rejected {
                    json.element {
                        $0.object {
                            $0.member("account", candidate.account)
                            $0.member("because", candidate.because)
                        }
                    }
                }
            }
        }
    }

    private static func write(_ request: RecordedRequest, _ form: Form, into json: inout JSONWriter) {
        json.object {
            $0.member("method", request.method)
            $0.member("path", request.path)
            $0.member("query", request.query)
            write(request.headers, form, into: &$0)
            write(request.body, form, into: &$0)
        }
    }

    private static func write(_ response: RecordedResponse?, _ form: Form, into json: inout JSONWriter) {
        guard let response else { return json.null() }
        json.object {
            $0.member("status", response.status)
            write(response.headers, form, into: &$0)
            write(response.body, form, into: &$0)
            $0.member("chunks") {
                $0.array { json in
                    for chunk in response.chunks {
                        json.element {
                            $0.array {
                                $0.element { $0.number(chunk.offset) }
                                $0.element { $0.number(Int64(chunk.length)) }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func write(_ headers: HeaderBlock, _ form: Form, into json: inout JSONWriter) {
        // With it, a reader gets the very bytes again; without it, the values are UTF-8.
        let isLatin = !headers.isText
        if case .bundle = form, isLatin { json.member("headers_encoding", "latin1") }
        json.member("headers") {
            $0.array { json in
                for index in headers.indices {
                    let field = isLatin ? headers.latin(at: index) : headers[index]
                    json.element {
                        $0.array {
                            $0.element { $0.string(field.name) }
                            $0.element { $0.string(field.value) }
                        }
                    }
                }
            }
        }
    }

    private static func write(_ body: BodyRecord, _ form: Form, into json: inout JSONWriter) {
        json.member("body_bytes", body.wireLength)
        if case .bundle(let names) = form {
            json.member("body_stored", body.storedLength)
            json.member("body") {
                $0.array { json in
                    for name in names[body] ?? body.names { json.element { $0.string(name.description) } }
                }
            }
        }
        if let reason = body.omitted { json.member("body_omitted", reason) }
    }
}
