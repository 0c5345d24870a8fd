import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Answers of the proxy's own")
struct ProxyAnswerTests {
    @Test("have Anthropic's shape, whatever the message holds")
    func escapes() {
        let answer = ProxyAnswer(status: 502, code: .unreachable, message: "a \"b\" \\ c\n\u{1}é\u{7F}")
        #expect(
            answer.body(requestID: "r1")
                == #"{"type":"error","error":{"type":"api_error","message":"a \"b\" \\ c\u000a\u0001é"#
                + "\u{7F}" + #""},"request_id":"r1"}"#
        )
    }

    @Test("say null when there is no id")
    func saysNull() {
        #expect(
            ProxyAnswer(status: 400, code: .badRequest, message: "m").body(requestID: nil).hasSuffix(
                #""request_id":null}"#
            )
        )
    }

    @Test(
        "name the type that Anthropic uses for the status",
        arguments: [
            (400, "invalid_request_error"), (401, "authentication_error"), (403, "permission_error"),
            (404, "not_found_error"),
            (408, "invalid_request_error"), (413, "request_too_large"), (417, "invalid_request_error"),
            (429, "rate_limit_error"),
            (431, "invalid_request_error"), (500, "api_error"), (502, "api_error"), (503, "api_error"),
            (504, "timeout_error"),
            (529, "overloaded_error"),
        ]
    )
    func namesType(_ row: (status: Int, type: String)) {
        #expect(ProxyAnswer(status: row.status, code: .badRequest, message: "").type == row.type)
    }

    @Test("carry the error's code, the exchange and the close")
    func carriesLines() {
        let id = ExchangeID(high: 1, low: 2)
        let lines = ProxyAnswer(status: 413, code: .requestTooLarge, message: "")
            .lines(bodyLength: 5, exchange: id, closes: true)
        #expect(
            lines == [
                HeaderField("Content-Type", "application/json"), HeaderField("Content-Length", "5"),
                HeaderField("x-tapedeck-error", "request_too_large"),
                HeaderField("x-tapedeck-exchange", "00000000-0000-0001-0000-000000000002"),
                HeaderField("Connection", "close"),
            ]
        )
    }

    @Test("as an event end with an empty line")
    func makesEvents() {
        let event = ProxyAnswer(status: 504, code: .upstreamTimeout, message: "late").event(requestID: "r")
        #expect(
            event
                == "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"timeout_error\",\"message\":\"late\"},"
                + "\"request_id\":\"r\"}\n\n"
        )
    }
}
