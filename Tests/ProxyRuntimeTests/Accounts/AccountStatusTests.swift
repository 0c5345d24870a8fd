import Inspector
import Recorder
import Testing

@testable import ProxyRuntime

@Suite("How accounts are")
struct AccountStatusTests {
    private func status(
        _ name: String = "a",
        isPaused: Bool = false,
        source: AccountEntry.Source = .file,
        _ change: (inout RoutingSnapshot.AccountState) -> Void = { _ in }
    ) -> AccountStatus {
        var account = Account.sample(name)
        account.isPaused = isPaused
        var state = RoutingSnapshot.AccountState(name: name)
        change(&state)
        let entry = AccountEntry(account: account, source: source, place: "here")
        return AccountStatus(entry, keyTag: "***masked:anthropic:00000000***", state: state, at: instant())
    }

    private func cooldown(_ seconds: Double, family: String? = nil, reason: String = "5h window spent") -> Cooldown {
        Cooldown(
            kind: family == nil ? .accountQuota : .modelQuota,
            family: family,
            since: instant(-60),
            until: instant(seconds),
            exchange: "0199aaaa-0000-7000-8000-000000000000",
            reason: reason
        )
    }

    private func json(_ status: AccountStatus) -> String {
        var json = JSONWriter()
        status.write(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func table(_ statuses: [AccountStatus]) -> [String] {
        AccountTable(now: instant(), zone: LocalZone { _ in 7200 }, style: TextStyle(isColoured: false)).lines(statuses)
    }

    @Test("the state is the gravest that holds")
    func states() {
        #expect(status().state == .active)
        #expect(status { $0.cooldowns = [cooldown(1)] }.state == .coolingDown)
        #expect(status { $0.cooldowns = [cooldown(1, family: "opus")] }.state == .active)
        #expect(status { $0.cooldowns = [cooldown(0)] }.state == .active)
        #expect(
            status {
                $0.cooldowns = [cooldown(1)]
                $0.failingSince = instant(-5)
            }.state == .failing
        )
        #expect(status(isPaused: true) { $0.failingSince = instant(-5) }.state == .paused)
    }

    @Test("as JSON they have every member, and unknown is null")
    func json() {
        #expect(
            json(status(source: .environment))
                == #"{"name":"a","source":"environment","provider":"anthropic","base_url":null,"priority":0,"auth":null,"#
                + #""key_tag":"***masked:anthropic:00000000***","status":"active","requests":0,"last_used":null,"#
                + #""headroom":null,"cooldowns":[],"failing_since":null}"#
        )
        let full = status {
            $0.requests = 1234
            $0.lastUsed = instant(-120)
            $0.failingSince = instant(-5)
            $0.cooldowns = [cooldown(0), cooldown(5000, family: "opus")]
            var window = LimitWindow(name: "5h")
            window.utilization = 0.58
            window.reset = instant(60)
            $0.windows = [window]
        }
        #expect(
            json(full)
                == #"{"name":"a","source":"file","provider":"anthropic","base_url":null,"priority":0,"auth":null,"#
                + #""key_tag":"***masked:anthropic:00000000***","status":"failing","requests":1234,"#
                + #""last_used":"2026-11-20T09:58:00.000000Z","headroom":0.42,"cooldowns":[{"kind":"model_quota","#
                + #""family":"opus","reason":"5h window spent","since":"2026-11-20T09:59:00.000000Z","#
                + #""until":"2026-11-20T11:23:20.000000Z","exchange":"0199aaaa-0000-7000-8000-000000000000"}],"#
                + #""failing_since":"2026-11-20T09:59:55.000000Z"}"#
        )
    }

    @Test(
        "the headroom has up to three decimals",
        arguments: [(1.0, "0"), (0.0, "1"), (0.0004, "1"), (0.9337, "0.066")]
    )
    func headroom(_ row: (used: Double, text: String)) {
        let status = status {
            var window = LimitWindow(name: "5h")
            window.utilization = row.used
            window.reset = instant(60)
            $0.windows = [window]
        }
        #expect(json(status).contains("\"headroom\":\(row.text),"))
    }

    @Test("a window of one family does not count for the account")
    func familyWindow() {
        let status = status {
            var window = LimitWindow(name: "7d_oi")
            window.status = "rejected"
            $0.windows = [window]
        }
        #expect(status.headroom == nil)
    }

    @Test("the table says what a person wants to know")
    func tables() {
        let rows = [
            status("team-a") {
                $0.requests = 1234
                $0.lastUsed = instant(-120)
                $0.cooldowns = [cooldown(4980)]
                var window = LimitWindow(name: "5h")
                window.status = "rejected"
                window.reset = instant(60)
                $0.windows = [window]
            },
            status("b") {
                $0.requests = 1_000_000
                $0.lastUsed = instant(-0.5)
                $0.cooldowns = [cooldown(200_000, family: "opus", reason: "7d window \u{1B}[31mspent")]
            },
            status("c") { $0.failingSince = instant(-7200) },
            status("d", isPaused: true),
        ]
        #expect(
            table(rows) == [
                "ACCOUNT  KEY                              STATUS         REQUESTS  LAST USED  HEADROOM  NOTE",
                "team-a   ***masked:anthropic:00000000***  cooling down      1,234  2 min ago        0%  "
                    + "5h window spent, back in 1h 23m (13:23:00)",
                "b        ***masked:anthropic:00000000***  active        1,000,000  now               -  "
                    + "opus: 7d window \\u{1b}[31mspent, back in 2d 8h (2026-11-22 19:33:20)",
                "c        ***masked:anthropic:00000000***  failing               0  never             -  "
                    + "key refused 2 h ago",
                "d        ***masked:anthropic:00000000***  paused                0  never             -",
            ]
        )
    }

    @Test("the tag is the one that records show")
    func tags() throws {
        let key = try #require(MaskingKey(bytes: Array(0..<32)))
        let secret = "sk-ant-api03-" + String(repeating: "Zx9", count: 20) + "-AA"
        let tag = key.placeholder(ofKey: secret)
        #expect(Masker(key: key).masked("x-api-key: \(secret)") == "x-api-key: \(tag)")
        let entry = AccountEntry(account: .sample("a", key: secret), source: .file, place: "here")
        let statuses = AccountStatus.all([entry], snapshot: nil, maskingKey: key, at: instant())
        #expect(statuses.map(\.keyTag) == [tag])
        #expect(AccountStatus.all([entry], snapshot: nil, maskingKey: nil, at: instant()).map(\.keyTag) == [nil])
    }
}
