import Foundation
import NIOCore
import Recorder
import Testing

@testable import ProxyRuntime

/// The table "Which 429 is it" of the wire facts, row by row.
@Suite("Kinds of outcomes")
struct OutcomeKindTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var status: Int
        var headers: [String] = []
        var error: String? = nil
        var kind: AttemptKind
        var testDescription: String { name }
    }

    @Test("first sign that matches wins", arguments: cases)
    func tells(_ row: Case) throws {
        var attempt = CapturedAttempt(target: "t", account: nil, because: "", startedAt: 0)
        let lines = row.headers.map { $0 + "\r\n" }.joined()
        attempt.head = try head("HTTP/1.1 \(row.status) X\r\n\(lines)\r\n", isRequest: false)
        if let error = row.error {
            attempt.body.append(.init(string: #"{"type":"error","error":\#(error)}"#), at: 1)
        }
        #expect(OutcomeKind.of(attempt) == row.kind)
    }

    @Test("an attempt without an answer is a matter of the network")
    func withoutAnswer() {
        #expect(
            OutcomeKind.of(CapturedAttempt(target: "t", account: nil, because: "", startedAt: 0))
                == .network
        )
    }

    @Test("an overload is told by its status or its type, not by its message")
    func tellsOverload() {
        let limits = RateLimitReport()
        #expect(OutcomeKind.of(status: 529, limits: limits, error: nil) == .overloaded)
        #expect(
            OutcomeKind.of(status: 500, limits: limits, error: .init(type: "overloaded_error"))
                == .overloaded
        )
        #expect(
            OutcomeKind.of(status: 500, limits: limits, error: .init(message: "overloaded_error"))
                == .serverError
        )
    }

    @Test("a body that is compressed is read, and one that is too long for an error is not")
    func readsBodies() throws {
        // `printf '{"type":"error","error":{"type":"overloaded_error"}}' | gzip -n | base64`
        let packed = "H4sIAAAAAAAAA6tWKqksSFWyUkotKsovUtKB0lbVMPH8stSinPzElNSUeIhUbS0AaeigXzQAAAA="
        var attempt = CapturedAttempt(target: "t", account: nil, because: "", startedAt: 0)
        attempt.head = try response("Content-Encoding: gzip", start: "HTTP/1.1 503 X")
        attempt.body.append(.init(bytes: try #require(Data(base64Encoded: packed))), at: 1)
        #expect(OutcomeKind.of(attempt) == .overloaded)

        attempt.head = try response("Content-Encoding: br", start: "HTTP/1.1 503 X")
        #expect(OutcomeKind.of(attempt) == .serverError)

        let padding = String(repeating: " ", count: 64 << 10)
        var long = CapturedAttempt(target: "t", account: nil, because: "", startedAt: 0)
        long.head = try response(start: "HTTP/1.1 503 X")
        long.body.append(.init(string: #"{"error":{"type":"overloaded_error"}}"# + padding), at: 1)
        #expect(OutcomeKind.of(long) == .serverError)
    }
}
