import Foundation
import Recorder
import Testing

@testable import ProxyRuntime

@Suite("routing.json")
struct RoutingSnapshotFileTests {
    private func sample() -> RoutingSnapshot {
        var state = RoutingSnapshot.AccountState(name: "team-a")
        state.requests = 3
        state.lastUsed = instant(-1)
        state.cooldowns = [
            Cooldown(kind: .spendCap, since: instant(-9), until: instant(9), exchange: "x", reason: "spend cap")
        ]
        state.windows = [LimitWindow(name: "5h")]
        state.buckets = ["opus": [LimitBucket(name: "tokens")]]
        var snapshot = RoutingSnapshot(writtenAt: instant(), strategy: "session")
        snapshot.accounts = [state]
        snapshot.sessions = [RoutingSnapshot.SessionState(key: "h", account: "team-a", lastUsed: instant(-1))]
        return snapshot
    }

    @Test("what is saved is loaded, and only its owner can read it")
    func saves() throws {
        let home = try SampleHome()
        for _ in 0..<2 { try RoutingSnapshotFile.save(sample(), to: home.layout.routing) }
        let attributes = try FileManager.default.attributesOfItem(atPath: home.layout.routing)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        var notices: [String] = []
        let loaded = try #require(RoutingSnapshotFile.load(from: home.layout.routing) { notices.append($0) })
        #expect(loaded.strategy == "session")
        #expect(loaded.writtenAt == instant())
        #expect(loaded.accounts.first?.cooldowns == sample().accounts[0].cooldowns)
        #expect(loaded.accounts.first?.buckets == sample().accounts[0].buckets)
        #expect(loaded.sessions.map(\.account) == ["team-a"])
        #expect(notices.isEmpty)
    }

    @Test(
        "none is no trouble, a damaged one is left aside with a notice",
        arguments: ["", "{", "[]", "{\"strategy\":1}"]
    )
    func damaged(content: String) throws {
        let home = try SampleHome()
        var notices: [String] = []
        #expect(RoutingSnapshotFile.load(from: home.layout.routing) { notices.append($0) } == nil)
        #expect(notices.isEmpty)
        try PrivateFile(path: home.layout.routing).write(Array(content.utf8))
        #expect(RoutingSnapshotFile.load(from: home.layout.routing) { notices.append($0) } == nil)
        #expect(notices == ["\(home.layout.routing) is damaged, and is left aside"])
    }
}
