import Foundation
import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

@Suite("Pages", .timeLimit(.minutes(5)))
struct PagesTests {
    private func json(_ response: RawResponse) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any])
    }

    @Test("/health says how the proxy and the recording are")
    func health() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let client = try await proxy.client()
            try await client.send(post())
            _ = await client.readResponse()
            try await client.send(get("/health"))
            let answer = await client.readResponse()
            #expect(answer.status == 200)
            #expect(answer.values("content-type") == ["application/json"])
            #expect(answer.values("x-tapedeck-exchange") == [])
            let health = try json(answer)
            #expect(Set(health.keys) == ["status", "version", "uptime_s", "accounts", "recording"])
            let none = ["total": 0, "active": 0, "cooling_down": 0, "failing": 0, "paused": 0]
            #expect(health["accounts"] as? [String: Int] == none)
            #expect(health["status"] as? String == "ok")
            #expect(health["version"] is String)
            #expect((health["uptime_s"] as? Double ?? -1) >= 0)
            let recording = try #require(health["recording"] as? [String: Any])
            #expect(Set(recording.keys) == ["state", "reason", "queue_bytes", "recorded", "lost", "lost_by_reason"])
            #expect(recording["state"] as? String == "recording")
            #expect(recording["reason"] is NSNull)
            #expect(recording["queue_bytes"] as? Int == 0)
            #expect(recording["recorded"] as? Int == 1)
            #expect(recording["lost"] as? Int == 0)
            #expect(mock.received().count == 1)
            #expect(try proxy.recorded().count == 1)
        }
    }

    @Test("HEAD gets the head of a page")
    func headOfAPage() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, _ in
            let client = try await proxy.client()
            try await client.send(get("/health", method: "HEAD") + get("/health"))
            let head = await client.readResponse(hasBody: false)
            #expect(head.status == 200)
            let page = await client.readResponse()
            #expect(page.status == 200)
            #expect(Int(head.value("content-length") ?? "") ?? 0 > 50)
        }
    }

    @Test("pages, proxied requests and pages in one go keep their order")
    func keepsOrder() async throws {
        try await ProxyUnderTest.run(answer: .json("{\"proxied\":1}")) { proxy, _ in
            let client = try await proxy.client()
            try await client.send(get("/health") + post() + get("/nowhere") + post())
            #expect(await client.readResponse().text.contains("uptime_s"))
            #expect(await client.readResponse().text == "{\"proxied\":1}")
            #expect(await client.readResponse().status == 404)
            #expect(await client.readResponse().text == "{\"proxied\":1}")
        }
    }

    @Test(
        "what is nowhere gets 404 in Anthropic's shape",
        arguments: ["/", "/v1", "/v2/messages", "/health/x", "//v1/m"]
    )
    func notFound(path: String) async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, mock in
            let answer = try await proxy.answer(to: get(path))
            #expect(answer.status == 404)
            #expect(answer.values("x-tapedeck-error") == ["not_found"])
            let body = try json(answer)
            #expect(Set(body.keys) == ["type", "error", "request_id"])
            #expect(body["type"] as? String == "error")
            let error = try #require(body["error"] as? [String: String])
            #expect(error["type"] == "not_found_error")
            #expect(error["message"]?.contains("/v1/") == true)
            #expect(mock.received().isEmpty)
            #expect(try proxy.recorded().isEmpty)
        }
    }

    @Test("the target of a page may have any form", arguments: ["http://me:1/health", "/health?x=y"])
    func forms(target: String) async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, _ in
            let answer = try await proxy.answer(to: get(target))
            #expect(answer.status == 200)
        }
    }

    @Test("a page that is asked for again and again costs no memory for bodies")
    func pageBodies() async throws {
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.bodyBudget = 100_000 }) { proxy, _ in
            let client = try await proxy.client()
            for _ in 0..<5 {
                try await client.send(post(String(repeating: "x", count: 90_000), path: "/nowhere"))
                #expect(await client.readResponse().status == 404)
            }
        }
    }
}
