import Foundation
import Testing

@testable import Replayer

@Suite(.timeLimit(.minutes(5)))
struct TwelveCasesTests {
    /// What one request gets.
    struct Expected: Sendable {
        var status: Int
        /// Lines of the head, or what they begin with.
        var headers: [String] = []
        /// What begins no line of the head.
        var noHeaders: [String] = []
        /// Texts of the body, in their order.
        var body: [String] = []
        var noBody: [String] = []
        var end = RawConnection.End.closed
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var path = "/v1/messages"
        var requests: [Expected]

        var testDescription: String { file }
    }

    private static let unified = "anthropic-ratelimit-unified-"
    private static let anyLimit = "anthropic-ratelimit-"
    private static let rateLimit = #""type":"rate_limit_error""#
    private static let success = Expected(
        status: 200,
        headers: ["content-type: text/event-stream"],
        body: ["event: message_start\n", "event: content_block_delta\n", "event: message_stop\n"],
        noBody: ["event: error"]
    )
    private static let windowless = Expected(
        status: 429,
        headers: ["x-should-retry: true"],
        noHeaders: [anyLimit, "retry-after"],
        body: [rateLimit]
    )

    static let cases: [Case] = [
        Case(
            file: "01-account-window-spent",
            requests: [
                Expected(
                    status: 429,
                    headers: [
                        "retry-after: 4980", "\(unified)status: rejected", "\(unified)5h-status: rejected",
                        "\(unified)7d-status: allowed", "\(unified)representative-claim: five_hour",
                        "\(unified)5h-surpassed-threshold: 1.0",
                    ],
                    body: [rateLimit]
                ), success,
            ]
        ),
        Case(
            file: "02-per-window-headers-only",
            requests: [
                Expected(
                    status: 429,
                    headers: ["\(unified)5h-status: rejected", "\(unified)5h-utilization: 1.0"],
                    noHeaders: ["\(unified)status", "\(unified)7d", "retry-after"]
                ), success,
            ]
        ),
        Case(file: "03-windowless", requests: [windowless, windowless, windowless, success]),
        Case(
            file: "04-api-key-bucket",
            requests: [
                Expected(
                    status: 429,
                    headers: [
                        "retry-after: 4", "\(anyLimit)input-tokens-remaining: 0", "\(anyLimit)requests-remaining: 41",
                        "\(anyLimit)input-tokens-reset: 2",
                    ],
                    noHeaders: [unified]
                ), success,
            ]
        ),
        Case(
            file: "05-rejected-but-recovering",
            requests: [
                Expected(
                    status: 429,
                    headers: ["retry-after: 13262", "\(unified)fallback-percentage: 0.5", "\(unified)status: rejected"]
                ), success,
            ]
        ),
        Case(
            file: "06-good-answer-rejected",
            requests: [
                Expected(
                    status: 200,
                    headers: [
                        "\(unified)status: rejected", "\(unified)7d-status: rejected", "\(unified)overage-in-use: true",
                    ],
                    body: ["event: message_start\n", "event: message_stop\n"]
                ), success,
            ]
        ),
        Case(
            file: "07-model-scoped",
            requests: [
                Expected(
                    status: 429,
                    headers: ["\(unified)overage-disabled-reason: out_of_credits", "\(unified)5h-status: allowed"],
                    noHeaders: ["\(unified)status"]
                ),
                Expected(
                    status: 429,
                    headers: [
                        "\(unified)7d_oi-status: rejected", "\(unified)7d-status: allowed_warning",
                        "\(unified)representative-claim: seven_day_overage_included", "retry-after: 51811",
                    ]
                ), success,
            ]
        ),
        Case(
            file: "08-overloaded",
            requests: [
                Expected(status: 529, noHeaders: ["retry-after"], body: [#""type":"overloaded_error""#]),
                Expected(status: 529, headers: ["retry-after: "], body: [#""type":"overloaded_error""#]),
                Expected(status: 500, body: [#""type":"api_error""#]),
                Expected(status: 502, headers: ["content-type: text/html"], body: ["<html>"]),
                Expected(status: 503), Expected(status: 504, body: [#""type":"timeout_error""#]), success,
            ]
        ),
        Case(
            file: "09-error-first",
            requests: [
                Expected(
                    status: 200,
                    headers: ["content-type: text/event-stream"],
                    body: ["event: error\n", #""type":"overloaded_error""#],
                    noBody: ["message_start"]
                ),
                Expected(
                    status: 200,
                    body: ["event: error\n", #""type":"overloaded_error""#],
                    noBody: ["message_start"]
                ), success,
            ]
        ),
        Case(
            file: "10-broken-streams",
            requests: [
                Expected(
                    status: 200,
                    body: ["event: message_start\n", "Once upon", "event: error\n", "\r\n0\r\n\r\n"],
                    noBody: ["message_stop"]
                ),
                Expected(
                    status: 200,
                    body: ["event: content_block_delta\n", "\r\n0\r\n\r\n"],
                    noBody: ["message_stop", "event: error"]
                ),
                Expected(
                    status: 200,
                    body: ["event: content_block_delta\n"],
                    noBody: ["message_stop", "\r\n0\r\n\r\n"]
                ),
                Expected(status: 200, body: ["event: content_block_delta\n"], noBody: ["message_stop"], end: .reset),
                success, success,
            ]
        ),
        Case(
            file: "11-refused-requests",
            requests: [
                Expected(status: 400, body: ["thinking"]), Expected(status: 400, body: ["must have non-empty content"]),
                Expected(status: 401, body: [#""type":"authentication_error""#]),
                Expected(status: 403, body: [#""type":"permission_error""#]),
                Expected(
                    status: 429,
                    noHeaders: ["retry-after", anyLimit],
                    body: [#""details":{"error_code":"enforced_spend_limit_reached"}"#]
                ),
                Expected(status: 429, noHeaders: ["retry-after", anyLimit, "x-should-retry"], body: [rateLimit]),
                success,
            ]
        ),
        Case(
            file: "12-bedrock",
            path: "/model/m/invoke-with-response-stream",
            requests: [
                Expected(
                    status: 429,
                    headers: ["x-amzn-errortype: ThrottlingException", "content-type: application/json"],
                    noHeaders: ["retry-after"],
                    body: ["Too many requests"]
                ),
                Expected(
                    status: 200,
                    headers: ["content-type: application/vnd.amazon.eventstream"],
                    // The third chunk's payload, and the frame behind it.
                    body: [
                        ":event-type", "chunk",
                        Data(#"{"type":"content_block_delta","#.utf8).base64EncodedString(),
                        ":exception-type", "throttlingException", "\r\n0\r\n\r\n",
                    ]
                ),
                Expected(
                    status: 200,
                    headers: ["content-type: application/vnd.amazon.eventstream"],
                    body: [":event-type", "\r\n0\r\n\r\n"],
                    noBody: ["exception"]
                ),
            ]
        ),
    ]

    @Test("each shipped case answers as its comment says", arguments: cases)
    func playsAShippedCase(shipped: Case) async throws {
        let scenario = try Scenario.load(path: Self.path(shipped.file))
        try await MockUpstream.run(scenario) { mock in
            for (index, expected) in shipped.requests.enumerated() {
                let number = "request \(index + 1)"
                let (text, end) = try await ask(mock, path: shipped.path)
                let border = text.range(of: "\r\n\r\n")
                let head = text[..<(border?.lowerBound ?? text.endIndex)]
                let lines = head.components(separatedBy: "\r\n")
                // The framing's last chunk may follow at once: one line break stays in front of the body.
                var body = "\r\n" + text[(border?.upperBound ?? text.endIndex)...]
                #expect(lines.first?.hasPrefix("HTTP/1.1 \(expected.status) ") == true, "\(number)")
                for header in expected.headers {
                    #expect(lines.contains { $0.hasPrefix(header) }, "\(number): \(header) in \(head)")
                }
                for header in expected.noHeaders {
                    #expect(!lines.contains { $0.hasPrefix(header) }, "\(number): no \(header) in \(head)")
                }
                for piece in expected.noBody { #expect(!body.contains(piece), "\(number): no \(piece)") }
                for piece in expected.body {
                    let found = body.range(of: piece, options: .literal)
                    #expect(found != nil, "\(number): \(piece)")
                    if let found { body = String(body[found.upperBound...]) }
                }
                #expect(!head.contains("{now"), "\(number)")
                #expect(end == expected.end, "\(number)")
            }
        }
    }

    @Test("every shipped case says in a comment what it shows and what a client should do", arguments: cases)
    func explainsEveryCase(shipped: Case) throws {
        let text = try String(contentsOfFile: Self.path(shipped.file), encoding: .utf8)
        #expect(text.hasPrefix("# "))
        #expect(text.contains("\n# Shows") && text.contains("\n# A client should: "))
    }

    private static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath)
            .appendingPathComponent("../../../../fixtures/scenarios/\(name).yaml").standardized.path
    }

    private func ask(_ mock: MockUpstream, path: String) async throws -> (text: String, end: RawConnection.End?) {
        let body = #"{"model":"claude-test","stream":true}"#
        let connection = try await RawConnection.open(Int(mock.baseURL.split(separator: ":").last ?? "") ?? 0)
        try await connection.send(
            "POST \(path) HTTP/1.1\r\nconnection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        let text = await connection.readToEnd()
        return (text, connection.end)
    }
}
