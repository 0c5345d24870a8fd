import Replayer
import Testing

@Suite(.timeLimit(.minutes(5)))
struct MockUpstreamTests {
    @Test func answersByTheFirstRuleThatMatchesAndIsNotUsedUp() async throws {
        let scenario = Scenario(rules: [
            ScenarioRule(match: RequestMatch(path: "/b"), answer: .text("B", contentType: nil)),
            ScenarioRule(times: 2, answer: .text("first", contentType: nil)),
            ScenarioRule(match: RequestMatch(path: "/a"), answer: .text("later", contentType: nil)),
        ])
        try await MockUpstream.run(scenario) { mock in
            var bodies: [String] = []
            for path in ["/a", "/b", "/c", "/a", "/c"] {
                let answer = try await ask(mock, "GET \(path) HTTP/1.1\r\nconnection: close\r\n\r\n").text
                bodies.append(String(answer.split(separator: "\r\n").last ?? ""))
            }
            #expect(bodies.dropLast() == ["first", "B", "first", "later"])
            #expect(bodies.last?.contains("no rule of the scenario is left for GET /c") == true)
        }
    }

    @Test func keepsWhatItWasSent() async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .text("ok", contentType: nil))])
        try await MockUpstream.run(scenario) { mock in
            let request = """
                POST /v1/messages?beta=true HTTP/1.1\r
                Host: h\r
                X-B: 1\r
                x-a: 2\r
                X-b: 3\r
                Content-Length: 5\r
                \r
                ab\0cd
                """
            let first = try await RawConnection.open(port(of: mock))
            try await first.send(request)
            #expect(await first.read(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200 OK\r\n"))
            try await first.send("GET /2 HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(await first.readToEnd().contains("request-id: req_mock000002\r\n"))
            _ = try await ask(mock, "DELETE /3 HTTP/1.0\r\n\r\n")

            let requests = try await mock.requests(atLeast: 3)
            #expect(requests.map(\.method) == ["POST", "GET", "DELETE"])
            #expect(requests.map(\.connection) == [1, 1, 2])
            #expect(requests.map(\.index) == [1, 2, 3])
            #expect(requests[0].uri == "/v1/messages?beta=true")
            #expect(requests[0].path == "/v1/messages")
            #expect(requests[0].query == "beta=true")
            #expect(requests[0].headers.map(\.name) == ["Host", "X-B", "x-a", "X-b", "Content-Length"])
            #expect(requests[0].values(of: "x-B") == ["1", "3"])
            #expect(requests[0].body == [0x61, 0x62, 0, 0x63, 0x64])
        }
    }

    @Test(arguments: [1, 3, 1000])
    func readsARequestInAnyPieces(size: Int) async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .text("ok", contentType: nil))])
        try await MockUpstream.run(scenario) { mock in
            let request = """
                POST /x HTTP/1.1\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n\
                3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n
                """
            let connection = try await RawConnection.open(port(of: mock))
            var rest = Substring(request)
            while !rest.isEmpty {
                // A character may be CR LF: both go out together.
                try await connection.send(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(await connection.readToEnd().hasSuffix("\r\n\r\nok"))
            #expect(mock.received().map(\.bodyText) == ["abcdefg"])
        }
    }

    @Test func answersPipelinedRequestsInOrder() async throws {
        var slow = ScriptedAnswer.text("slow;", contentType: nil)
        slow.pace.head = .milliseconds(20)
        let scenario = Scenario(rules: [
            ScenarioRule(match: RequestMatch(path: "/slow"), answer: slow),
            ScenarioRule(answer: .text("fast;", contentType: nil)),
        ])
        try await MockUpstream.run(scenario) { mock in
            let request = "GET /slow HTTP/1.1\r\n\r\nGET /fast HTTP/1.1\r\nconnection: close\r\n\r\n"
            let answer = try await ask(mock, request).text
            let bodies = answer.split(separator: "\r\n").filter { $0.contains(";") }
            #expect(bodies == ["slow;HTTP/1.1 200 OK", "fast;"])
        }
    }

    @Test(arguments: [(true, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"), (false, "HTTP/1.1 200 OK")])
    func answersExpectContinueUnlessToldNotTo(answers: Bool, expected: String) async throws {
        let rule = ScenarioRule(answer: .text("ok", contentType: nil))
        try await MockUpstream.run(Scenario(rules: [rule], answersContinue: answers)) { mock in
            let connection = try await RawConnection.open(port(of: mock))
            try await connection.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            var answer = answers ? await connection.read(until: "\r\n\r\n") : ""
            try await connection.send("hi")
            answer += await connection.read(until: "ok")
            #expect(answer.hasPrefix(expected))
        }
    }

    @Test func sendsInterimAnswers() async throws {
        var answer = ScriptedAnswer.text("ok", contentType: nil)
        answer.interim = [InterimAnswer(headers: [ScriptedHeader("Link", "</style>")])]
        try await MockUpstream.run(Scenario(rules: [ScenarioRule(answer: answer)])) { mock in
            let text = try await ask(mock, Self.closingRequest).text
            #expect(text.hasPrefix("HTTP/1.1 103 Early Hints\r\nLink: </style>\r\n\r\nHTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func streamsAMessageInOddPieces() async throws {
        var answer = ScriptedAnswer.message(ScriptedMessage(text: "Grüße 🌍", deltaSize: 2))
        answer.pace = AnswerPace(head: .milliseconds(1), event: .milliseconds(1), split: 7)
        try await MockUpstream.run(Scenario(rules: [ScenarioRule(answer: answer)])) { mock in
            let body = #"{"model":"claude-test","stream":true}"#
            let request = "POST /v1/messages HTTP/1.1\r\ncontent-length: 37\r\nconnection: close\r\n\r\n\(body)"
            let (text, end) = try await ask(mock, request)
            #expect(text.contains("content-type: text/event-stream; charset=utf-8\r\n"))
            #expect(text.contains(#""text":"Gr""#))
            #expect(text.contains(#""model":"claude-test""#))
            #expect(text.hasSuffix("data: {\"type\":\"message_stop\"}\n\n\r\n0\r\n\r\n"))
            #expect(end == .closed)
        }
    }

    @Test func sendsALargeAnswerToASlowReaderWhole() async throws {
        let event = ScriptedEvent("x", String(repeating: "a", count: 10_000), repeats: 1000)
        try await MockUpstream.run(Scenario(rules: [ScenarioRule(answer: .events([event]))])) { mock in
            let connection = try await RawConnection.open(port(of: mock))
            try await connection.send(Self.closingRequest)
            #expect(await connection.readBytesToEnd().count > 10_000_000)
        }
    }

    @Test(arguments: [
        (Fault(.close), "", RawConnection.End.closed),
        (Fault(.reset), "", .reset),
        (Fault(.malformed("HTTP/9.9 what\r\n\r\n")), "HTTP/9.9 what\r\n\r\n", .closed),
        (Fault(.close, at: .afterHead), "\r\n\r\n", .closed),
        (Fault(.reset, at: .afterHead), "\r\n\r\n", .reset),
        (Fault(.close, at: .afterEvent(2)), "a\r\ndata: bb\n\n\r\n", .closed),
        (Fault(.reset, at: .afterEvent(2)), "a\r\ndata: bb\n\n\r\n", .reset),
        (Fault(.close, at: .insideEvent(2, bytes: 4)), "a\r\ndata", .closed),
        (Fault(.reset, at: .insideEvent(2, bytes: 4)), "a\r\ndata", .reset),
        (Fault(.reset, at: .afterBytes(13)), "a\r\ndat", .reset),
        (Fault(.stall(.milliseconds(20)), at: .afterEvent(1)), "data: cc\n\n\r\n0\r\n\r\n", .closed),
        (Fault(.end, at: .afterEvent(1)), "data: aa\n\n\r\n0\r\n\r\n", .closed),
        (Fault(.malformed("zz\r\n"), at: .afterEvent(1)), "data: aa\n\n\r\nzz\r\n", .closed),
    ])
    func aFaultReachesTheClient(fault: Fault, tail: String, end: RawConnection.End) async throws {
        var answer = ScriptedAnswer.events(["a", "b", "c"].map { ScriptedEvent(nil, "\($0)\($0)") })
        answer.fault = fault
        try await MockUpstream.run(Scenario(rules: [ScenarioRule(answer: answer)])) { mock in
            let result = try await ask(mock, Self.closingRequest)
            #expect(tail.isEmpty ? result.text.isEmpty : result.text.hasSuffix(tail))
            #expect(result.end == end)
        }
    }

    @Test func aHangSendsNothingAndNoticesThatTheClientLeft() async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .fault(Fault(.hang)))])
        try await MockUpstream.run(scenario) { mock in
            let connection = try await RawConnection.open(port(of: mock))
            try await connection.send(Self.closingRequest)
            _ = try await mock.requests(atLeast: 1)
            #expect(mock.openConnectionCount == 1)
            try await connection.close()
            try await mock.openConnections(atMost: 0)
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test(arguments: [Duration.zero, .milliseconds(20)])
    func closesAnIdleConnectionWithoutNotice(after idle: Duration) async throws {
        let rule = ScenarioRule(answer: .text("ok", contentType: nil))
        try await MockUpstream.run(Scenario(rules: [rule], idleClose: idle)) { mock in
            let (text, end) = try await ask(mock, "GET / HTTP/1.1\r\n\r\n")
            #expect(text.hasSuffix("\r\n\r\nok"))
            #expect(!text.contains("connection: close"))
            #expect(end == .closed)
        }
    }

    @Test func anEndlessDelayIsNoProblem() async throws {
        var answer = ScriptedAnswer.text("ok", contentType: nil)
        answer.pace.head = .fixed(.microseconds(Int64.max))
        try await MockUpstream.run(Scenario(rules: [ScenarioRule(answer: answer)])) { mock in
            let connection = try await RawConnection.open(port(of: mock))
            try await connection.send(Self.closingRequest)
            _ = try await mock.requests(atLeast: 1)
            try await connection.close()
            try await mock.openConnections(atMost: 0)
        }
    }

    @Test func countsRequestsThatItDoesNotKeep() async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .text("ok", contentType: nil))])
        let mock = MockUpstream(scenario: scenario, keepsRequests: false)
        try await mock.start()
        #expect(try await ask(mock, Self.closingRequest).text.contains("request-id: req_mock000001\r\n"))
        #expect(try await ask(mock, Self.closingRequest).text.contains("request-id: req_mock000002\r\n"))
        #expect(try await mock.requests(atLeast: 2).isEmpty)
        try await mock.stop()
    }

    @Test func aWaitEndsWhenItIsCancelled() async throws {
        try await MockUpstream.run(Scenario(rules: [])) { mock in
            await withTaskGroup { group in
                group.addTask { await #expect(throws: CancellationError.self) { try await mock.requests(atLeast: 1) } }
                group.cancelAll()
            }
        }
    }

    @Test func refusesAPortThatIsTakenAndASecondStart() async throws {
        try await MockUpstream.run(Scenario(rules: [])) { mock in
            let taken = port(of: mock)
            let second = MockUpstream(scenario: Scenario(rules: []), port: taken)
            let error = await #expect(throws: ReplayerError.self) { try await second.start() }
            #expect(error?.description.hasPrefix("can't listen on 127.0.0.1:\(taken): ") == true)
            await #expect(throws: ReplayerError.self) { try await mock.start() }
        }
    }

    private static let closingRequest = "GET /v1/messages HTTP/1.1\r\nconnection: close\r\n\r\n"

    private func port(of mock: MockUpstream) -> Int {
        Int(mock.baseURL.split(separator: ":").last ?? "") ?? 0
    }

    /// Sends one request on a connection of its own and reads to the connection's end.
    private func ask(_ mock: MockUpstream, _ request: String) async throws -> (text: String, end: RawConnection.End?) {
        let connection = try await RawConnection.open(port(of: mock))
        try await connection.send(request)
        let text = await connection.readToEnd()
        return (text, connection.end)
    }
}
