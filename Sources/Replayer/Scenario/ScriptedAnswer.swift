/// What a rule answers: status, headers, content, and how the bytes go out.
///
/// All parts are plain values, so that a ready-made answer can be changed:
/// ```swift
/// var answer = ScriptedAnswer.message(ScriptedMessage(text: "Hello"))
/// answer.gzip = true
/// answer.fault = Fault(.reset, at: .afterEvent(3))
/// ```
package struct ScriptedAnswer: Sendable, Hashable {
    /// The status code; an error content brings its own.
    package var status: Int
    /// Headers in wire order, after the automatic ones; one of the same name replaces the automatic one.
    package var headers: [ScriptedHeader]
    /// The content.
    package var content: AnswerContent
    /// How the body's end is marked; `nil` is chunked for events and a content length for everything else.
    package var framing: AnswerFraming?
    /// Whether the body is compressed with gzip, events with a flush after each; `Accept-Encoding` is not asked.
    package var gzip: Bool
    /// The delays, and how bytes are spread over writes.
    package var pace: AnswerPace
    /// Interim answers (1xx) before the head.
    package var interim: [InterimAnswer]
    /// What goes wrong, and where.
    package var fault: Fault?
    /// Whether the answer says `Connection: close` and the connection is closed after it.
    package var closesConnection: Bool

    /// Makes an answer.
    package init(
        status: Int = 200,
        headers: [ScriptedHeader] = [],
        content: AnswerContent = .none,
        framing: AnswerFraming? = nil,
        gzip: Bool = false,
        pace: AnswerPace = AnswerPace(),
        interim: [InterimAnswer] = [],
        fault: Fault? = nil,
        closesConnection: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.content = content
        self.framing = framing
        self.gzip = gzip
        self.pace = pace
        self.interim = interim
        self.fault = fault
        self.closesConnection = closesConnection
    }

    /// The tokens it counts for: those of its messages, cache writes as input; cache reads are free.
    var tokens: (input: Int, output: Int) {
        let messages: [ScriptedMessage] =
            switch content {
            case .message(let message): [message]
            case .bedrock(let frames):
                frames.compactMap { if case .message(let message) = $0.content { message } else { nil } }
            case .none, .body, .events, .error: []
            }
        return (
            messages.reduce(0) { $0 + $1.inputTokens + $1.cacheWrite5m + $1.cacheWrite1h },
            messages.reduce(0) { $0 + $1.outputTokens }
        )
    }

    /// A message, as JSON or as events, as the request asks.
    package static func message(_ message: ScriptedMessage) -> ScriptedAnswer {
        ScriptedAnswer(content: .message(message))
    }

    /// An error in Anthropic's shape.
    package static func error(_ error: ScriptedError, headers: [ScriptedHeader] = []) -> ScriptedAnswer {
        ScriptedAnswer(status: error.status, headers: headers, content: .error(error))
    }

    /// JSON text as it is.
    package static func json(_ text: String, status: Int = 200) -> ScriptedAnswer {
        .text(text, contentType: "application/json", status: status)
    }

    /// Text as it is.
    package static func text(_ text: String, contentType: String?, status: Int = 200) -> ScriptedAnswer {
        ScriptedAnswer(status: status, content: .body(contentType: contentType, bytes: Array(text.utf8)))
    }

    /// Server-sent events.
    package static func events(_ events: [ScriptedEvent], status: Int = 200) -> ScriptedAnswer {
        ScriptedAnswer(status: status, content: .events(events))
    }

    /// No answer but a fault.
    package static func fault(_ fault: Fault) -> ScriptedAnswer {
        ScriptedAnswer(fault: fault)
    }
}
