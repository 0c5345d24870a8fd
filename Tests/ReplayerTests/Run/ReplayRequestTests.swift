import Recorder
import Testing

@testable import Replayer

struct ReplayRequestTests {
    private let masked = "***masked:anthropic:1f09c2d4***"

    private func ready(
        _ sample: RecordedSample,
        _ additions: ReplayRequest.Additions = ReplayRequest.Additions()
    ) throws -> ReplayRequest {
        switch try ReplayRequest.make(from: sample.recorded, additions) {
        case .ready(let request): return request
        case .needs(let needs):
            Issue.record("needs \(needs)")
            throw StoreError(.notRecorded, "\(needs)")
        }
    }

    private func needs(_ sample: RecordedSample) throws -> [String] {
        guard case .needs(let needs) = try ReplayRequest.make(from: sample.recorded, .init()) else { return [] }
        return needs
    }

    @Test("headers go out as recorded, without those of the old connection and without credentials")
    func headersGoOutAsRecorded() throws {
        var sample = RecordedSample()
        sample.query = "beta=true"
        sample.headers = [
            HeaderField("Host", "a"), HeaderField("X-Api-Key", masked), HeaderField("Anthropic-Version", "2023-06-01"),
            HeaderField("anthropic-beta", "a"), HeaderField("anthropic-beta", "b"), HeaderField("Content-Length", "59"),
            HeaderField("Connection", "keep-alive, X-Private"), HeaderField("x-private", "1"),
            HeaderField("TE", "trailers"),
            HeaderField("Accept-Encoding", "gzip, deflate, br, zstd"), HeaderField("Cookie", "a=\(masked)"),
            HeaderField("x-vendor", "***masked:header:00112233***"), HeaderField("Transfer-Encoding", "chunked"),
            HeaderField("x-tapedeck-replay", "older"),
        ]
        let request = try ready(sample)
        #expect(request.method == "POST")
        #expect(request.target == "/v1/messages?beta=true")
        #expect(
            request.headers == [
                HeaderField("Anthropic-Version", "2023-06-01"), HeaderField("anthropic-beta", "a"),
                HeaderField("anthropic-beta", "b"), HeaderField("Accept-Encoding", "gzip, deflate"),
                HeaderField("x-tapedeck-replay", sample.recorded.exchange.id.description),
            ]
        )
        #expect(request.dropped == ["x-vendor"])
        #expect(request.body == sample.body)
    }

    @Test("a key goes out in the form the recorded request used")
    func aKeyGoesOutInTheFormTheRecordedRequestUsed() throws {
        let forms = [
            ([HeaderField("X-Api-Key", masked)], HeaderField("X-Api-Key", "k")),
            ([HeaderField("authorization", "Bearer \(masked)")], HeaderField("authorization", "Bearer k")),
            (
                [HeaderField("authorization", "Bearer \(masked)"), HeaderField("x-api-key", masked)],
                HeaderField("x-api-key", "k")
            ),
            ([], HeaderField("x-api-key", "k")),
        ]
        for (headers, expected) in forms {
            var sample = RecordedSample()
            sample.headers = headers
            #expect(try ready(sample, .init(key: "k")).headers.first == expected)
        }
    }

    @Test("a given header replaces all lines of its name, or is added")
    func aGivenHeaderReplacesAllLinesOfItsName() throws {
        var sample = RecordedSample()
        sample.headers = [HeaderField("A", "1"), HeaderField("B", "2"), HeaderField("a", "3")]
        let headers = [HeaderField("a", "4"), HeaderField("C", "5"), HeaderField("x-api-key", "own")]
        let request = try ready(sample, .init(key: "k", headers: headers))
        #expect(
            request.headers.dropLast() == [
                HeaderField("a", "4"), HeaderField("B", "2"), HeaderField("x-api-key", "own"), HeaderField("C", "5"),
            ]
        )
    }

    @Test("a placeholder in path, query or body is named, and the request is not sent")
    func aPlaceholderIsNamed() throws {
        var sample = RecordedSample()
        sample.body = Array(#"{"messages":[{"content":"a"},{"content":[{"text":"key \#(masked) \#(masked)"}]}]}"#.utf8)
        #expect(try needs(sample) == ["anthropic key in the body (messages[1].content[0].text)"])
        sample.body = Array("not JSON ***masked:jwt:00112233***".utf8)
        #expect(try needs(sample) == ["web token in the body"])
        sample.body = []
        sample.path = "/v1/\(masked)"
        sample.query = "token=***masked:secret:00112233***"
        #expect(try needs(sample) == ["anthropic key in the path", "secret in the query"])
    }

    @Test("a placeholder is found behind gzip and in base64, at any place in a group")
    func aPlaceholderIsFoundBehindGzipAndInBase64() throws {
        var sample = RecordedSample()
        sample.headers = [HeaderField("Content-Encoding", "gzip")]
        var packed: [UInt8] = []
        var packer = try DeflateStream(.gzip)
        Array(#"{"a":"\#(masked)"}"#.utf8).withUnsafeBytes { packer.deflate($0, flush: .finish, into: &packed) }
        sample.body = packed
        #expect(try needs(sample) == ["anthropic key in the body (a)"])
        // base64 of "k=", "=" and nothing, each in front of ***masked:aws:00112233***, by coreutils.
        sample.headers = []
        for text in [
            "az0qKiptYXNrZWQ6YXdzOjAwMTEyMjMzKioq", "PSoqKm1hc2tlZDphd3M6MDAxMTIyMzMqKio=",
            "KioqbWFza2VkOmF3czowMDExMjIzMyoqKg==",
        ] {
            sample.body = Array(#"{"a":"\#(text)"}"#.utf8)
            #expect(try needs(sample) == ["a secret in base64 in the body"], "\(text)")
        }
    }

    @Test(
        "text that only looks like a placeholder is sent",
        arguments: [
            "***masked:anthropic:1f09c2d***", "***masked::1f09c2d4***", "***masked:aws:1f09c2dg***",
            "***masked:aws:1f09c2d4**",
            "**masked:aws:1f09c2d4***", "***email:***", "***masked:anthropic:<tag>***", "***", "***masked:",
        ]
    )
    func textThatOnlyLooksLikeAPlaceholderIsSent(text: String) throws {
        var sample = RecordedSample()
        sample.body = Array(#"{"a":"\#(text)"}"#.utf8)
        #expect(try needs(sample) == [])
    }

    @Test(
        "a placeholder is found in the body however it is escaped",
        arguments: [
            #"{"a":"\u002a\u002a\u002amasked:aws:00112233\u002A\u002a\u002a"}"#,
            #"{"a":"{\"b\":\"\\u002a**masked\\u003aaws:00112233***\"}"}"#,
            "a=%2A%2A%2Amasked%3Aaws%3A00112233%2a%2A%2A",
            "a=%252A%252A%252Amasked%253Aaws%253A00112233***",
        ]
    )
    func aPlaceholderIsFoundHoweverItIsEscaped(body: String) throws {
        var sample = RecordedSample()
        sample.body = Array(body.utf8)
        #expect(try needs(sample) == ["aws key in the body"])
    }

    @Test("a placeholder is found in base64 that is wrapped or percent-encoded, in path and query as well")
    func aPlaceholderIsFoundInBase64Everywhere() throws {
        var sample = RecordedSample()
        sample.body = Array(#"{"a":"az0qKipt\r\nYXNrZWQ6YXdz\r\nOjAwMTEyMjMzKioq"}"#.utf8)
        #expect(try needs(sample) == ["a secret in base64 in the body"])
        sample.body = []
        sample.path = "/v1/PSoqKm1hc2tlZDphd3M6MDAxMTIyMzMqKio="
        sample.query = "a=%4bioqbWFza2VkOmF3czowMDExMjIzMyoqKg%3D%3D"
        #expect(try needs(sample) == ["a secret in base64 in the path", "a secret in base64 in the query"])
    }

    @Test("a percent-encoded placeholder in path or query is named")
    func aPercentEncodedPlaceholderIsNamed() throws {
        var sample = RecordedSample()
        sample.path = "/v1/%2A%2A%2Amasked%3Aanthropic%3A00112233%2A%2A%2A"
        sample.query = "user=%2a%2a%2amasked%3aid%3a00112233***&mail=%2A%2A%2Aemail:00112233***"
        #expect(
            try needs(sample) == ["anthropic key in the path", "masked id in the query", "e-mail address in the query"]
        )
    }

    @Test("kinds with digits and underscores are placeholders")
    func kindsWithDigitsAndUnderscores() throws {
        var sample = RecordedSample()
        sample.body = Array(#"{"a":"***masked:aws_secret2:00112233***"}"#.utf8)
        #expect(try needs(sample) == ["aws_secret2 key in the body (a)"])
    }

    @Test(
        "a header that holds a placeholder in any form is left out and named",
        arguments: [
            "a=%2A%2A%2Amasked%3Aaws%3A00112233%2A%2A%2A", "Basic az0qKiptYXNrZWQ6YXdzOjAwMTEyMjMzKioq",
            #"{"k":"\u002a\u002a\u002amasked:aws:00112233***"}"#, "***masked:aws_secret:00112233***",
        ]
    )
    func aHeaderThatHoldsAPlaceholderIsLeftOut(value: String) throws {
        var sample = RecordedSample()
        sample.headers = [
            HeaderField("x-a", value), HeaderField("x-b", "%2A%2A"), HeaderField("Accept-Encoding", value),
        ]
        let request = try ready(sample)
        #expect(request.dropped == ["x-a", "Accept-Encoding"])
        #expect(request.headers.map(\.name) == ["x-b", "x-tapedeck-replay"])
    }

    @Test(
        "a path or query that would not arrive as it is is not sent",
        arguments: [
            ("/v1/messages#/messages/count_tokens", nil), ("/v1/a b", nil), ("/v1/a\r\nX: y", nil), ("/v1", "a#b"),
            ("/v1", "a b"), ("/v1", "a\u{7F}"),
        ] as [(String, String?)]
    )
    func aPathThatWouldNotArriveAsItIs(path: String, query: String?) throws {
        var sample = RecordedSample()
        sample.path = path
        sample.query = query
        #expect(
            try needs(sample) == ["a \(query == nil ? "path" : "query") without blanks, control characters and '#'"]
        )
    }

    @Test("a HEAD request goes out without its body")
    func aHeadRequestGoesOutWithoutItsBody() throws {
        var sample = RecordedSample()
        sample.method = "HEAD"
        #expect(try ready(sample).body == nil)
    }

    @Test("a body that was not recorded is needed")
    func aBodyThatWasNotRecordedIsNeeded() throws {
        var sample = RecordedSample()
        sample.omitted = "content-type image/png"
        #expect(try needs(sample) == ["the body, which was not recorded: content-type image/png"])
    }

    @Test(
        "a path that would lead to another host is not sent",
        arguments: ["@evil.example/", "", ":80@evil.example/x", "*"]
    )
    func aPathThatWouldLeadToAnotherHostIsNotSent(path: String) throws {
        var sample = RecordedSample()
        sample.path = path
        #expect(try needs(sample) == ["a path that begins with a slash"])
    }

    @Test("no body is sent where none was, an empty one where it was announced")
    func noBodyIsSentWhereNoneWas() throws {
        var sample = RecordedSample()
        sample.method = "GET"
        sample.body = []
        sample.headers = []
        #expect(try ready(sample).body == nil)
        sample.headers = [HeaderField("content-length", "0")]
        #expect(try ready(sample).body == [])
    }

    @Test(
        "masked ids and addresses are made up, equal ones equally, and a comparison takes them for what they stand for"
    )
    func idsAreMadeUp() throws {
        var sample = RecordedSample()
        sample.query = "claude-code-user=***masked:id:0a1b2c3d***"
        let body =
            #"{"metadata":{"user_id":"user_***masked:id:0a1b2c3d***_session_1"},"messages":["***masked:id:99999999***","a ***email:00112233***"]}"#
        sample.body = Array(body.utf8)
        let request = try ready(sample)
        let sent = """
            {"metadata":{"user_id":"user_00000000-0000-4000-8000-00000a1b2c3d_session_1"},\
            "messages":["00000000-0000-4000-8000-000099999999","a user-00112233@example.invalid"]}
            """
        #expect(String(decoding: request.body ?? [], as: UTF8.self) == sent)
        #expect(request.decodedBody == request.body)
        #expect(request.target == "/v1/messages?claude-code-user=00000000-0000-4000-8000-00000a1b2c3d")
        #expect(request.madeUpIDs == 4)
        #expect(Placeholder.withoutTags(Array(sent.utf8)) == Placeholder.withoutTags(Array(body.utf8)))
    }

    @Test("beside a masked key a masked id does not go out either")
    func idBesideKey() throws {
        var sample = RecordedSample()
        sample.body = Array(#"{"user":"***masked:id:0a1b2c3d***","messages":["\#(masked)"]}"#.utf8)
        #expect(try needs(sample) == ["anthropic key in the body (messages[0])"])
    }
}
