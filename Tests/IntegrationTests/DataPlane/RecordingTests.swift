import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

@Suite("Recording", .timeLimit(.minutes(5)))
struct RecordingTests {
    @Test("strict: what a client has read to its end is in the store", arguments: [false, true])
    func strict(streams: Bool) async throws {
        let script = streams ? ScriptedAnswer.events([ScriptedEvent("a", "1")]) : .json("{}")
        try await ProxyUnderTest.run(answer: script) { proxy, _ in
            let client = try await proxy.client()
            for number in 0..<50 {
                try await client.send(post("{\"n\":\(number)}"))
                let answer = await client.readResponse()
                #expect(answer.isWhole)
                let item = try #require(try proxy.recorded(answer), "request \(number)")
                #expect(item.requestBody == Array("{\"n\":\(number)}".utf8))
            }
        }
    }

    @Test("relaxed: the record follows")
    func relaxed() async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.dataPlane.isStrict = false }) { proxy, _ in
            let client = try await proxy.client()
            for _ in 0..<20 {
                try await client.send(post())
                #expect(await client.readResponse().status == 200)
            }
            let count = try await eventually { try proxy.recorded().count == 20 ? 20 : nil }
            #expect(count == 20)
        }
    }

    @Test("every exchange has an id of its own and its time in order")
    func ids() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, _ in
            let client = try await proxy.client()
            for _ in 0..<20 {
                try await client.send(post())
                _ = await client.readResponse()
            }
            let exchanges = try proxy.recorded().map(\.exchange)
            #expect(Set(exchanges.map(\.id)).count == 20)
            #expect(exchanges.map(\.number) == Array(1...20))
            for exchange in exchanges {
                let attempt = try #require(exchange.attempts.first)
                #expect(0 <= attempt.startedAt)
                #expect(attempt.startedAt <= (try #require(attempt.firstByteAt)))
                #expect((try #require(attempt.firstByteAt)) <= attempt.endedAt)
                #expect(attempt.endedAt <= exchange.duration)
                #expect(attempt.because == "only upstream, no account configured")
            }
        }
    }

    @Test("the narrowed Accept-Encoding is noted in the attempt, the client's stays in the exchange")
    func notesChanges() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let answer = try await proxy.answer(to: post(lines: ["Accept-Encoding: gzip, br"]))
            #expect(mock.received().first?.values(of: "accept-encoding") == ["gzip"])
            let item = try #require(try proxy.recorded(answer))
            #expect(item.exchange.request.headers.first("accept-encoding") == "gzip, br")
            #expect(item.exchange.attempts.first?.request.headers.first("accept-encoding") == "gzip")
            #expect(item.exchange.attempts.first?.changes == ["accept-encoding narrowed from 'gzip, br' to 'gzip'"])
        }
    }

    @Test("overload, wait: clients wait, and everything is recorded")
    func waits() async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.recorder.queueLimit = 1 }) { proxy, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let client = try await proxy.client()
                        try await client.send(String(repeating: post(), count: 20))
                        for _ in 0..<20 { #expect(await client.readResponse().status == 200) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try proxy.recorded().count == 160)
            #expect(proxy.server.recordingState.lostCount == 0)
        }
    }

    @Test("overload, wait: a stream waits too, and comes through")
    func waitsInStreams() async throws {
        let text = String(repeating: "0123456789", count: 200_000)
        try await ProxyUnderTest.run(
            answer: .text(text, contentType: "text/plain"),
            {
                $0.recorder.queueLimit = 1
                $0.dataPlane.partSize = 4096
            }
        ) { proxy, _ in
            let answer = try await proxy.answer(to: post())
            #expect(answer.text == text)
            #expect(try proxy.recorded(answer)?.responseText == text)
        }
    }

    @Test("overload, shed: traffic goes on, and what is lost is counted")
    func sheds() async throws {
        try await ProxyUnderTest.run(
            answer: .json("{}"),
            {
                $0.recorder.queueLimit = 1
                $0.recorder.onOverload = .shed
            }
        ) { proxy, _ in
            let client = try await proxy.client()
            for _ in 0..<10 {
                try await client.send(post())
                #expect(await client.readResponse().status == 200)
            }
            #expect(try proxy.recorded().isEmpty)
            let lost = try await eventually { proxy.server.recordingState.lostCount == 10 ? 10 : nil }
            #expect(lost == 10)
            #expect(proxy.server.recordingState.lost == ["overload": 10])
        }
    }
}
