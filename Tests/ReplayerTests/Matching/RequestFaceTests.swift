import Testing

@testable import Replayer

struct RequestFaceTests {
    /// A change of a request, and the rung at which it is still alike.
    struct Change: CustomTestStringConvertible, Sendable {
        var name: String
        var old: String
        var new: String
        var rung: MatchRung

        init(_ name: String, _ old: String, _ new: String, _ rung: MatchRung) {
            (self.name, self.old, self.new, self.rung) = (name, old, new, rung)
        }

        var testDescription: String { name }
    }

    /// Every kind of thing that a rung may ignore stands in it once.
    private static let body = """
        {"model":"claude-sonnet-4-5-20250929","max_tokens":1024,"temperature":1,"stream":true,\
        "metadata":{"user_id":"user_d1_account_a1_session_s1"},\
        "system":[{"type":"text","text":"Today is 2026-11-20. Be brief. ","cache_control":{"type":"ephemeral"}}],\
        "tools":[{"name":"look","input_schema":{"type":"object","properties":{"cache_control":{"type":"string"}}}}],\
        "messages":[{"role":"user","content":"look at A, my key is ***masked:anthropic:11111111***"},\
        {"role":"assistant","content":[{"type":"tool_use","id":"toolu_01AbCdEfGh","name":"look",\
        "input":{"metadata":1,"cache_control":"no","at":"2026-11-20T10:00:00Z"}}]},\
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_01AbCdEfGh","content":"12\\nok"}]}]}
        """

    private func face(
        _ body: String,
        method: String = "POST",
        path: String = "/v1/messages",
        query: String? = nil
    ) -> RequestFace {
        RequestFace(method: method, path: path, query: query, body: Array(body.utf8))
    }

    private static let user = "user_d1_account_a1"

    @Test(
        "a changed body is alike at the rung whose rules the change breaks no more",
        arguments: [
            Change("nothing", "Be brief", "Be brief", .exact),
            Change("the tag of a secret", "11111111", "2f3e4d5c", .exact),
            Change(
                "the tags of a user",
                user,
                "user_***masked:id:1234abcd***_account_***masked:id:0f0f0f0f***",
                .exact
            ),
            Change("the kind of a secret", "masked:anthropic", "masked:github", .major),
            Change("white space", "\"stream\":true,", "\"stream\" :\n\ttrue , ", .normalised),
            Change(
                "the order of members",
                "\"max_tokens\":1024,\"temperature\":1",
                "\"temperature\":1,\"max_tokens\":1024",
                .normalised
            ),
            Change(
                "the order deep down",
                "\"id\":\"toolu_01AbCdEfGh\",\"name\":\"look\"",
                "\"name\":\"look\",\"id\":\"toolu_01AbCdEfGh\"",
                .normalised
            ),
            Change("a message without a role", "\"role\":\"user\",\"content\":\"look", "\"content\":\"look", .major),
            Change("a number with a fraction", "\"temperature\":1,", "\"temperature\":1.0,", .normalised),
            Change("a number with a power", "\"temperature\":1,", "\"temperature\":10E-1,", .normalised),
            Change("a number beyond doubles", "\"max_tokens\":1024", "\"max_tokens\":1.024e+3", .normalised),
            Change("an escape", "look at A", "look at \\u0041", .normalised),
            Change("an escaped solidus", "Be brief", "Be \\u0062rief", .normalised),
            Change("the session", "_session_s1", "_session_s2", .normalised),
            Change("another user", user, "user_d2_account_a2", .exact),
            Change("metadata that are no user", "\"metadata\":{", "\"metadata\":{\"team\":1,", .normalised),
            Change("a mark for the cache", ",\"cache_control\":{\"type\":\"ephemeral\"}", "", .normalised),
            Change("the time of such a mark", "\"ephemeral\"", "\"ephemeral\",\"ttl\":\"1h\"", .normalised),
            Change("the id of a tool call", "toolu_01AbCdEfGh", "toolu_02ZyXwVuTs", .minor),
            Change("a date", "Today is 2026-11-20", "Today is 2026-11-21", .minor),
            Change("the time of a tool's input", "2026-11-20T10:00:00Z", "2026-11-20T10:00:01.5Z", .minor),
            Change("the length of answers", "\"max_tokens\":1024", "\"max_tokens\":2048", .minor),
            Change("the temperature", "\"temperature\":1,", "", .minor),
            Change("other sampling", "\"temperature\":1,", "\"top_k\":5,\"top_p\":0.9,", .minor),
            Change("a blank at the end of a text", "brief. ", "brief.", .minor),
            Change("a blank at the end of a line", "12\\nok", "12 \\nok", .minor),
            Change("line ends", "12\\nok", "12\\r\\nok", .minor),
            Change("a word of the history", "look at A", "look at B", .major),
            Change("a word of the instructions", "Be brief", "Be verbose", .major),
            Change("metadata of a tool's input", "\"metadata\":1", "\"metadata\":2", .major),
            Change("a tool's own cache_control", "\"cache_control\":\"no\"", "\"cache_control\":\"yes\"", .major),
            Change(
                "a schema's own cache_control",
                "\"cache_control\":{\"type\":\"string\"}",
                "\"cache_control\":{\"type\":\"null\"}",
                .major
            ),
            Change("the day of the model", "sonnet-4-5-20250929", "sonnet-4-5-20260101", .major),
            Change("the day of the model, gone", "sonnet-4-5-20250929", "sonnet-4-5", .major),
            Change("a mark of the model", "sonnet-4-5-20250929", "sonnet-4-5-20250929[1m]", .major),
            Change(
                "a message less",
                "{\"role\":\"user\",\"content\":\"look at A, my key is ***masked:anthropic:11111111***\"},",
                "",
                .major
            ),
            Change("a word of the last message", "12\\nok", "13\\nok", .unmatched),
            Change(
                "an error in the last message",
                "\"content\":\"12",
                "\"is_error\":true,\"content\":\"12",
                .unmatched
            ),
            Change("another model", "claude-sonnet-4-5", "claude-opus-4-5", .unmatched),
            Change("no model", "\"model\":\"claude-sonnet-4-5-20250929\",", "", .unmatched),
            Change("no stream", "\"stream\":true", "\"stream\":false", .unmatched),
        ]
    )
    func aChangedBodyIsAlikeAtTheRung(change: Change) {
        let changed = Self.body.replacing(change.old, with: change.new)
        #expect((changed == Self.body) == (change.old == change.new), "the change changes something")
        #expect(face(Self.body).rung(face(changed)) == change.rung)
        #expect(face(changed).rung(face(Self.body)) == change.rung)
    }

    @Test("an absent stream is one that is off")
    func anAbsentStreamIsOneThatIsOff() {
        let without = #"{"model":"m","messages":[{"role":"user","content":"a"}]}"#
        let with = #"{"model":"m","stream":false,"messages":[{"role":"user","content":"a"}]}"#
        #expect(face(without).rung(face(with)) == .normalised)
    }

    @Test(
        "a changed target is alike at the rung whose rules the change breaks no more",
        arguments: [
            ("POST", "/v1/messages", Optional("b=2&a=1"), MatchRung.exact),
            ("POST", "/v1/messages", "a=1&b=2", .normalised),
            ("POST", "/v1/messages", "a=1&beta=true&b=2", .normalised),
            ("POST", "/v1/messages", "a=1&b=2&claude-code-user=carol", .normalised),
            ("POST", "/v1/messages", "a=1&b=3", .major),
            ("POST", "/v1/messages", nil, .major),
            ("PUT", "/v1/messages", "b=2&a=1", .unmatched),
            ("POST", "/v1/messages/count_tokens", "b=2&a=1", .unmatched),
        ]
    )
    func aChangedTargetIsAlikeAtTheRung(method: String, path: String, query: String?, rung: MatchRung) {
        let recorded = face(Self.body, query: "b=2&a=1")
        #expect(recorded.rung(face(Self.body, method: method, path: path, query: query)) == rung)
    }

    @Test("masked parts of a path and a query count by their kind alone")
    func maskedPartsOfATarget() {
        let recorded = face(
            "",
            path: "/k/***masked:openai:00000000***",
            query: "key=***masked:google:00000000***&claude-code-user=carol"
        )
        let live = face(
            "",
            path: "/k/***masked:openai:abcdef01***",
            query: "key=***masked:google:abcdef01***&claude-code-user=dave"
        )
        #expect(recorded.rung(live) == .exact)
        #expect(recorded.path == "/k/***masked:openai***")
        let other = face("", path: "/k/***masked:github:00000000***", query: "key=***masked:google:00000000***")
        #expect(recorded.rung(other) == .unmatched)
    }

    @Test("a user's ids in JSON do not count, the session does")
    func aUsersIDsInJSON() {
        func body(_ id: String) -> String { #"{"metadata":{"user_id":"\#(id)"},"x":1}"# }
        let recorded = face(body(#"{\"device_id\":\"d\",\"session_id\":\"s\"}"#))
        #expect(
            recorded.rung(face(body(#"{\"device_id\":\"***masked:id:00000000***\",\"session_id\":\"s\"}"#))) == .exact
        )
        #expect(recorded.rung(face(body(#"{\"device_id\":\"d\",\"session_id\":\"t\"}"#))) == .normalised)
        #expect(recorded.rung(face(#"{"metadata":{"user_id":7},"x":1}"#)) == .normalised)
        #expect(recorded.rung(face(#"{"metadata":7,"x":1}"#)) == .normalised)
    }

    @Test(
        "bodies that are no JSON are alike byte by byte, whatever the order of the query",
        arguments: ["a=1&b=2", "{", "{\"a\":1}x", "\u{FEFF}{}", "{\"a\":01}", String(repeating: "[", count: 1000)]
    )
    func bodiesThatAreNoJSON(body: String) {
        #expect(face(body, query: "a&b").rung(face(body, query: "a&b")) == .exact)
        #expect(face(body, query: "a&b").rung(face(body, query: "b&a")) == .normalised)
        #expect(face(body).rung(face(body + " ")) == .unmatched)
        #expect(face(body).rung(face("")) == .unmatched)
    }

    @Test("requests without a body are alike by their targets")
    func requestsWithoutABody() {
        let models = face("", method: "GET", path: "/v1/models", query: "limit=5&after=x")
        #expect(models.rung(face("", method: "GET", path: "/v1/models", query: "after=x&limit=5")) == .normalised)
        #expect(models.rung(face("", method: "GET", path: "/v1/models", query: "limit=6&after=x")) == .unmatched)
        #expect(models.rung(face("{}", method: "GET", path: "/v1/models", query: "limit=5&after=x")) == .unmatched)
    }

    @Test("JSON that is no object is compared as JSON")
    func jsonThatIsNoObject() {
        #expect(face("[1, 2]").rung(face("[1,2.0]")) == .normalised)
        #expect(face("[1,2]").rung(face("[2,1]")) == .unmatched)
        #expect(face("\"a\"").rung(face(" \"\\u0061\"")) == .normalised)
    }

    @Test("JSON as deep as the scanner goes is compared, deeper JSON is taken as bytes")
    func deepJSON() {
        func nested(_ depth: Int, _ inner: String) -> String {
            String(repeating: "{\"a\":[", count: depth / 2) + inner + String(repeating: "]}", count: depth / 2)
        }
        #expect(face(nested(20, "1")).rung(face(nested(20, "1.0"))) == .normalised)
        #expect(face(nested(500, "1")).rung(face(" " + nested(500, "1"))) == .normalised)
        #expect(face(nested(500, "1")).rung(face(nested(500, "2"))) == .unmatched)
        #expect(face(nested(1000, "1")).rung(face(nested(1000, "1"))) == .exact)
        #expect(face(nested(1000, "1")).rung(face(" " + nested(1000, "1"))) == .unmatched)
        #expect(face(nested(200_000, "1")).rung(face(nested(200_000, "1"))) == .exact)
    }

    @Test("of two members of a name the last counts, as for other parsers")
    func ofTwoMembersOfAName() {
        #expect(face(#"{"a":1,"a":2}"#).rung(face(#"{"a":2}"#)) == .normalised)
        #expect(face(#"{"a":1,"a":2}"#).rung(face(#"{"a":1}"#)) == .unmatched)
        #expect(face(#"{"\u0061":1,"a":2}"#).rung(face(#"{"a":2}"#)) == .normalised)
    }

    @Test(
        "numbers are compared by value, whatever their size",
        arguments: [
            ("0", "-0", true), ("0", "0.000e9", true), ("100", "1e2", true), ("0.10", "1E-1", true),
            ("-1.50", "-15e-1", true), ("1e400", "10e399", true), ("1e400", "1e401", false), ("1", "-1", false),
            ("99999999999999999999", "99999999999999999998", false),
            ("99999999999999999999", "99999999999999999999.0", true), ("9007199254740993", "9007199254740992.0", false),
            ("1e99999999999999999999", "1e99999999999999999999", true),
            ("1e99999999999999999999", "1e99999999999999999998", false), ("1e9223372036854775807", "2", false),
            ("1e-9223372036854775808", "0.1", false),
        ]
    )
    func numbersAreComparedByValue(one: String, other: String, areSame: Bool) {
        let rung = face("{\"a\":[\(one)]}").rung(face("{ \"a\":[\(other)]}"))
        #expect(rung == (areSame ? .normalised : .unmatched))
    }

    @Test("texts and numbers that look alike are not: what bounds them counts")
    func whatBoundsTextsCounts() {
        #expect(face(#"{"a":"1"}"#).rung(face(#"{"a":1}"#)) == .unmatched)
        #expect(face(#"{"a":["b","c"]}"#).rung(face(#"{"a":["b,1\"c"]}"#)) == .unmatched)
        #expect(face(#"{"a":[1,2]}"#).rung(face(#"{"a":[12]}"#)) == .unmatched)
        #expect(face(#"{"a":{}}"#).rung(face(#"{"a":[]}"#)) == .unmatched)
        #expect(face(#"{"a":null}"#).rung(face(#"{}"#)) == .unmatched)
    }

    @Test("a request is nearer the more of its conversation it shares")
    func aRequestIsNearer() {
        func talk(_ words: [String], model: String = "m") -> RequestFace {
            let messages = words.map { "{\"role\":\"user\",\"content\":\"\($0)\"}" }.joined(separator: ",")
            return face("{\"model\":\"\(model)\",\"messages\":[\(messages)]}")
        }
        let live = talk(["a", "b", "c"])
        let order = [
            talk(["a", "b", "c"]), talk(["a", "b", "d"]), talk(["a", "x", "c"]), talk(["a", "x", "y"]),
            talk(["x", "y", "c"]), talk(["x", "y", "z"]), talk(["x"]), talk(["x"], model: "n"),
            face("", method: "GET", path: "/v1/models"),
        ]
        let nearness = order.map { live.nearness($0) }
        #expect(zip(nearness, nearness.dropFirst()).allSatisfy { $0 > $1 }, "\(nearness)")
    }

    @Test(
        "the kind of a model is its name without a day and brackets",
        arguments: [
            ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
            ("claude-sonnet-4-5-20250929[1m]", "claude-sonnet-4-5"),
            ("claude-sonnet-4-5", "claude-sonnet-4-5"), ("claude-3-5-haiku-latest", "claude-3-5-haiku-latest"),
            ("20250929", "20250929"), ("", ""), ("m-2025092", "m-2025092"), ("m-202509299", "m-202509299"),
        ]
    )
    func theKindOfAModel(model: String, family: String) {
        #expect(RequestFace.family(model) == family)
    }
}
