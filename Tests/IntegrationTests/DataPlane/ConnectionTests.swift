import NIOCore
import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

@Suite("Connections", .timeLimit(.minutes(5)))
struct ConnectionTests {
    @Test("an upstream connection is used again")
    func reuses() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let client = try await proxy.client()
            for _ in 0..<5 {
                try await client.send(post())
                #expect(await client.readResponse().status == 200)
            }
            #expect(mock.received().map(\.connection) == [1, 1, 1, 1, 1])
        }
    }

    @Test("an upstream that says close is believed")
    func obeysClose() async throws {
        var script = ScriptedAnswer.json("{}")
        script.closesConnection = true
        try await ProxyUnderTest.run(answer: script) { proxy, mock in
            let client = try await proxy.client()
            for _ in 0..<3 {
                try await client.send(post())
                #expect(await client.readResponse().status == 200)
            }
            #expect(mock.received().map(\.connection) == [1, 2, 3])
        }
    }

    @Test("a connection that the upstream closes while it is idle costs no request", arguments: ["GET", "POST"])
    func survivesIdleClose(method: String) async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .json("{}"))], idleClose: .zero)
        try await ProxyUnderTest.run(scenario) { proxy, mock in
            let client = try await proxy.client()
            for number in 0..<200 {
                try await client.send(method == "GET" ? get("/v1/\(number)") : post(path: "/v1/\(number)"))
                let answer = await client.readResponse()
                #expect(answer.status == 200, "request \(number): \(answer.text)")
            }
            #expect(mock.received().map(\.path) == (0..<200).map { "/v1/\($0)" })
            #expect(try proxy.recorded().allSatisfy { $0.kinds == [.success] })
        }
    }

    @Test("an idle upstream connection is closed after its time")
    func closesIdle() async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.dataPlane.limits.upstreamIdle = .milliseconds(50) }) {
            proxy,
            mock in
            let answer = try await proxy.answer(to: post())
            #expect(answer.status == 200)
            try await mock.openConnections(atMost: 0)
        }
    }

    @Test("bytes that nobody asked for make a connection useless")
    func distrustsUnasked() async throws {
        let reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        try await RawUpstream.run([.text(reply)]) { upstream, port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)") { proxy in
                let client = try await proxy.client()
                for _ in 0..<3 {
                    try await client.send(post())
                    #expect(await client.readResponse().text == "{}")
                }
            }
        }
    }

    @Test("a client that leaves mid-stream cancels the upstream", arguments: [false, true])
    func clientLeavesStream(withReset: Bool) async throws {
        var script = ScriptedAnswer.events([ScriptedEvent("a", "1"), ScriptedEvent("b", "2")])
        script.fault = Fault(.hang, at: .afterEvent(1))
        try await ProxyUnderTest.run(answer: script) { proxy, mock in
            let client = try await proxy.client()
            try await client.send(post())
            _ = await client.read(through: "data: 1\n\n")
            if withReset { try await client.reset() } else { try await client.close() }
            try await mock.openConnections(atMost: 0)
            let item = try #require(try await proxy.onlyRecorded())
            #expect(item.exchange.ending == .clientCancelled)
            #expect(item.kinds == [.clientCancelled])
            #expect(item.exchange.response?.status == 200)
            #expect(item.responseText == "event: a\ndata: 1\n\n")
        }
    }

    @Test("a client that leaves before the head cancels the upstream")
    func clientLeavesEarly() async throws {
        try await ProxyUnderTest.run(answer: .fault(Fault(.hang))) { proxy, mock in
            let client = try await proxy.client()
            try await client.send(post())
            _ = try await mock.requests(atLeast: 1)
            try await client.close()
            try await mock.openConnections(atMost: 0)
            let item = try #require(try await proxy.onlyRecorded())
            #expect(item.exchange.ending == .clientCancelled)
            #expect(item.kinds == [.clientCancelled])
            #expect(item.exchange.response == nil)
            #expect(item.requestBody == Array(#"{"model":"m","messages":[]}"#.utf8))
        }
    }

    @Test("a client that leaves while it is sending leaves no trace")
    func clientLeavesUpload() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let client = try await proxy.client()
            try await client.send("POST /v1/m HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n123")
            try await client.close()
            let answer = try await proxy.answer(to: post())
            #expect(answer.status == 200)
            #expect(mock.received().count == 1)
        }
    }

    @Test("a slow reader holds the upstream back and nobody else")
    func holdsBack() async throws {
        let size = 20 << 20
        let block = 64 << 10
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(size)\r\n\r\n"
        let replies = [
            RawUpstream.Reply.endless(head: head, block: block, count: size / block),
            .text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        ]
        try await RawUpstream.run(replies) { upstream, port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)") { proxy in
                let slow = try await proxy.client(reads: false)
                try await slow.send(post())
                // Nothing signals that a sender has come to a stand: it stands when nothing moves for a while.
                var seen = (written: -1, times: 0)
                let stand = try await eventually { () -> Int? in
                    let written = upstream.written
                    seen = (written, written == seen.written && written > 0 ? seen.times + 1 : 0)
                    return seen.times >= 30 ? written : nil
                }
                #expect(try #require(stand) < 14 << 20)
                #expect(proxy.server.recordingState.queueBytes < 1 << 20)
                let other = try await proxy.answer(to: post())
                #expect(other.text == "{}")
                try await slow.beginToRead()
                let answer = await slow.readResponse()
                #expect(answer.isWhole)
                #expect(answer.body.count == size)
                let item = try #require(try proxy.recorded(answer))
                #expect(item.exchange.response?.body.wireLength == size)
                #expect(item.exchange.ending == .complete)
            }
        }
    }

    @Test("drain: an open stream gets its time, new connections are refused")
    func drains() async throws {
        let events = [ScriptedEvent("a", "1"), ScriptedEvent("b", "2", delay: .milliseconds(400))]
        try await ProxyUnderTest.run(answer: .events(events), { $0.dataPlane.limits.drain = .seconds(10) }) {
            proxy,
            _ in
            let client = try await proxy.client()
            let idle = try await proxy.client()
            try await client.send(post())
            _ = await client.read(through: "data: 1\n\n\r\n")
            async let drained: Void = proxy.server.drain()
            #expect(await idle.readToEnd() == [])
            #expect(idle.end == .closed)
            let refused = try await eventually { () -> Bool? in
                do {
                    _ = try await RawClient.connect(proxy.port)
                    return nil
                } catch { return true }
            }
            #expect(refused == true)
            #expect(await client.read(through: "0\r\n\r\n") == "12\r\nevent: b\ndata: 2\n\n\r\n0\r\n\r\n")
            #expect(await client.readToEnd() == [])
            #expect(client.end == .closed)
            await drained
            let item = try #require(try proxy.recorded().first)
            #expect(item.exchange.ending == .complete)
        }
    }

    @Test("drain: what is open when the time is over is ended, not cleanly, and recorded", arguments: [false, true])
    func drainEnds(hasAnswer: Bool) async throws {
        var script = ScriptedAnswer.events([ScriptedEvent("a", "1"), ScriptedEvent("b", "2")])
        script.fault = hasAnswer ? Fault(.hang, at: .insideEvent(2, bytes: 3)) : Fault(.hang)
        try await ProxyUnderTest.run(answer: script, { $0.dataPlane.limits.drain = .milliseconds(200) }) {
            proxy,
            mock in
            let client = try await proxy.client()
            try await client.send(post())
            if hasAnswer {
                _ = await client.read(through: "\r\neve\r\n")
            } else {
                _ = try await mock.requests(atLeast: 1)
            }
            await proxy.server.drain()
            if hasAnswer {
                #expect(await client.readToEnd() == [])
            } else {
                #expect(await client.readResponse().status == 503)
            }
            let item = try #require(try proxy.recorded().first)
            #expect(item.exchange.ending == (hasAnswer ? .truncated : .complete))
            #expect(item.exchange.attempts.first?.ending == .truncated)
            #expect(item.exchange.attempts.first?.failure == "the proxy was stopped")
            #expect(item.exchange.response?.status == (hasAnswer ? 200 : 503))
        }
    }
}
