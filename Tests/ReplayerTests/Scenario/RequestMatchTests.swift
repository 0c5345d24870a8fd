import Testing

@testable import Replayer

struct RequestMatchTests {
    @Test(arguments: [
        (RequestMatch(), true),
        (RequestMatch(method: "POST"), true),
        (RequestMatch(method: "GET"), false),
        (RequestMatch(path: "/v1/messages"), true),
        (RequestMatch(path: "/v1/*"), true),
        (RequestMatch(path: "/v1/messages?beta=true"), false),
        (RequestMatch(path: "/v1"), false),
        (RequestMatch(query: "beta=true"), true),
        (RequestMatch(query: ""), false),
        (RequestMatch(model: "claude-a"), true),
        (RequestMatch(model: "claude-*"), true),
        (RequestMatch(model: "claude"), false),
        (RequestMatch(stream: true), true),
        (RequestMatch(stream: false), false),
        (RequestMatch(headers: [ScriptedHeader("X-KEY", "one")]), true),
        (RequestMatch(headers: [ScriptedHeader("x-key", "two")]), true),
        (RequestMatch(headers: [ScriptedHeader("x-key", "t*")]), true),
        (RequestMatch(headers: [ScriptedHeader("x-key", "three")]), false),
        (RequestMatch(headers: [ScriptedHeader("x-other", "*")]), false),
        (RequestMatch(contains: ["hello", "claude"]), true),
        (RequestMatch(contains: ["hello", "bye"]), false),
        (RequestMatch(method: "POST", path: "/v1/messages", stream: false), false),
    ])
    func takesWhatMeetsAllConditions(match: RequestMatch, expected: Bool) {
        let request = ReceivedRequest.sample(
            uri: "/v1/messages?beta=true",
            headers: [ScriptedHeader("x-key", "one"), ScriptedHeader("X-Key", "two")],
            body: #"{"messages":"hello","model":"claude-a","stream":true}"#
        )
        #expect(match.matches(request, outline: RequestOutline(body: request.body)) == expected)
    }

    @Test(arguments: [
        ("", true), ("a", true), ("e", true), ("abc", true), ("cab", true), ("bcabcabd", true), ("abcabcabde", true),
        ("abd", true), ("de", true), ("abcabcabdef", false), ("ae", false), ("x", false), ("bb", false),
        ("\u{0}", false),
    ])
    func findsTextWhereverItStands(text: String, expected: Bool) {
        var match = RequestMatch()
        match.contains = [text]
        let request = ReceivedRequest.sample(body: "abcabcabde")
        #expect(match.matches(request, outline: RequestOutline()) == expected)
        #expect(RequestMatch(contains: [text]).matches(.sample(), outline: RequestOutline()) == text.isEmpty)
    }

    @Test func findsTextInALargeBodyFast() {
        let request = ReceivedRequest.sample(
            body: String(repeating: "the same words again, ", count: 200_000) + "needle 7"
        )
        let match = RequestMatch(contains: ["a needle that is not there", "needle 7"])
        let there = RequestMatch(contains: ["needle 7"])
        let time = ContinuousClock().measure {
            #expect(!match.matches(request, outline: RequestOutline()))
            #expect(there.matches(request, outline: RequestOutline()))
        }
        // 4.4 MB twice: a comparison at every byte took seconds.
        #expect(time < .seconds(2))
    }

    @Test(
        arguments: [
            ("", nil, false),
            ("no json", nil, false),
            ("[{}]", nil, false),
            (#"{"model":7,"stream":true}"#, nil, true),
            (#"{"model":"m","stream":"yes"}"#, "m", false),
            (#"{"nested":{"model":"x","stream":true}}"#, nil, false),
        ] as [(String, String?, Bool)]
    )
    func readsModelAndStreamWhereTheyAre(body: String, model: String?, stream: Bool) {
        let outline = RequestOutline(body: Array(body.utf8))
        #expect(outline.model == model)
        #expect(outline.stream == stream)
    }
}
