import Foundation
import Recorder
import TestSupport
import Testing

@testable import ProxyRuntime

@Suite("Clients' keys")
struct ClientKeyRingTests {
    private let log = LogLines()
    private let home: SampleHome

    init() throws {
        home = try SampleHome()
    }

    private func create(_ name: String, rpm: Int? = nil, tokensPerDay: Int? = nil) throws -> String {
        let key = ClientKey.random()
        var entry = ClientKey(name: name, digest: ClientKey.digest(of: key), createdAt: instant())
        entry.requestsPerMinute = rpm
        entry.tokensPerDay = tokensPerDay
        let added = entry
        try ClientKeysFile.edit(in: home.layout) { (file) throws(SettingsError) in try file.add(added) }
        return key
    }

    private func revoke(_ name: String) throws {
        try ClientKeysFile.edit(in: home.layout) { (file) throws(SettingsError) in
            _ = try file.revoke(name, at: instant())
        }
    }

    private func ring(isRequired: Bool = false) throws -> ClientKeyRing {
        try ClientKeyRing(layout: home.layout, isRequired: isRequired, logger: log.logger)
    }

    /// `open`, the client's name, or status, code and wait.
    private func verdict(_ ring: ClientKeyRing, _ lines: String..., at now: Timestamp = instant()) throws -> String {
        let head = try head((["POST /v1/messages HTTP/1.1", "Host: a"] + lines + ["", ""]).joined(separator: "\r\n"))
        switch ring.check(head, at: now) {
        case .open: return "open"
        case .accepted(let name, _): return name
        case .refused(let answer, let retryAfter):
            let wait = answer.extraLines.first { $0.name == "retry-after" }?.value
            #expect(wait == retryAfter.map { String($0) })
            return "\(answer.status) \(answer.code.rawValue)\(retryAfter.map { " \($0)" } ?? "")"
        }
    }

    @Test("as long as no key was made, nobody is asked for one")
    func open() throws {
        let ring = try ring()
        #expect(try verdict(ring) == "open")
        #expect(try verdict(ring, "x-api-key: sk-ant-mine") == "open")
        #expect(ring.isOpen)
    }

    @Test("a key is taken from either header, in any case of letters")
    func headers() throws {
        let key = try create("alice")
        let other = try create("bob")
        let ring = try ring()
        for line in [
            "x-api-key: \(key)", "X-Api-Key: \(key)", "Authorization: Bearer \(key)", "authorization: bearer \(key)",
            "AUTHORIZATION: BEARER   \(key)",
        ] {
            #expect(try verdict(ring, line) == "alice", "\(line)")
        }
        #expect(try verdict(ring, "x-api-key: \(other)") == "bob")
        // Clients that have a key of their own for the upstream send both.
        #expect(try verdict(ring, "x-api-key: sk-ant-mine", "Authorization: Bearer \(key)") == "alice")
        #expect(try verdict(ring, "x-api-key: \(key)", "Authorization: Bearer sk-ant-oat01-mine") == "alice")
    }

    @Test("no key and a wrong key are told apart")
    func refuses() throws {
        let key = try create("alice")
        let ring = try ring()
        #expect(try verdict(ring) == "401 client_key_missing")
        #expect(try verdict(ring, "x-api: \(key)") == "401 client_key_missing")
        for line in [
            "x-api-key:", "x-api-key: sk-ant-mine", "x-api-key: \(key.dropLast())", "x-api-key: \(key)0",
            "x-api-key: \(key.uppercased())", "x-api-key: \(ClientKey.random())", "x-api-key: Bearer \(key)",
            "Authorization: \(key)", "Authorization: Basic \(key)", "Authorization: Bearer",
            "Authorization: Bearer\(key)",
            "Authorization: Bearer \(key) \(key)",
        ] {
            #expect(try verdict(ring, line) == "401 client_key_invalid", "\(line)")
        }
        // Only the first of each counts.
        #expect(try verdict(ring, "x-api-key: no", "x-api-key: \(key)") == "401 client_key_invalid")
    }

    @Test("the answers have Anthropic's shape and never the key")
    func answers() throws {
        let key = try create("alice", rpm: 1)
        let ring = try ring()
        func answer(_ line: String) throws -> ProxyAnswer? {
            guard case .refused(let answer, _) = ring.check(try request(line), at: instant()) else { return nil }
            return answer
        }
        let wrong = try #require(try answer("x-api-key: \(key)1"))
        #expect(wrong.body(requestID: "r").hasPrefix(#"{"type":"error","error":{"type":"authentication_error","#))
        #expect(!wrong.body(requestID: nil).contains(key))
        #expect(try answer("x-api-key: \(key)") == nil)
        let over = try #require(try answer("x-api-key: \(key)"))
        #expect(over.body(requestID: nil).contains(#""type":"rate_limit_error""#))
        #expect(!over.body(requestID: nil).contains(key))
        let lines = over.lines(bodyLength: 1, exchange: nil, closes: false)
        #expect(lines.contains(HeaderField("retry-after", "60")))
        #expect(lines.contains(HeaderField("x-tapedeck-error", "client_key_limit")))
    }

    @Test("a revoked key is refused, and so is everybody when all are revoked")
    func revoked() throws {
        let alice = try create("alice")
        let bob = try create("bob")
        let ring = try ring()
        try revoke("alice")
        #expect(ring.reloadIfChanged())
        #expect(!ring.reloadIfChanged())
        #expect(try verdict(ring, "x-api-key: \(alice)") == "401 client_key_invalid")
        #expect(try verdict(ring, "x-api-key: \(bob)") == "bob")
        #expect(ring.goodKeys == 1)
        try revoke("bob")
        #expect(ring.reloadIfChanged())
        #expect(try verdict(ring) == "401 client_key_missing")
        #expect(try verdict(ring, "x-api-key: \(bob)") == "401 client_key_invalid")
        #expect(ring.goodKeys == 0)
        // Also for a proxy that is started then.
        #expect(try verdict(try self.ring()) == "401 client_key_missing")
    }

    @Test("the first key of a running proxy closes it")
    func closes() throws {
        let ring = try ring()
        #expect(try verdict(ring) == "open")
        let key = try create("alice")
        #expect(ring.reloadIfChanged())
        #expect(try verdict(ring) == "401 client_key_missing")
        #expect(try verdict(ring, "x-api-key: \(key)") == "alice")
    }

    @Test("each key has its own requests per minute, which a reload does not give back")
    func requestLimit() throws {
        let alice = "x-api-key: \(try create("alice", rpm: 2))"
        let bob = "x-api-key: \(try create("bob", rpm: 1))"
        let carol = "x-api-key: \(try create("carol"))"
        let ring = try ring()
        #expect(try (0..<3).map { _ in try verdict(ring, alice) } == ["alice", "alice", "429 client_key_limit 30"])
        #expect(try verdict(ring, bob) == "bob")
        #expect(try verdict(ring, bob) == "429 client_key_limit 60")
        for _ in 0..<50 { #expect(try verdict(ring, carol) == "carol") }
        _ = try create("dave")
        #expect(ring.reloadIfChanged())
        #expect(try verdict(ring, alice, at: instant(10)) == "429 client_key_limit 20")
        #expect(try verdict(ring, alice, at: instant(30)) == "alice")
    }

    @Test("tokens per day end at midnight in UTC, and official clients are told not to wait for it")
    func tokenLimit() throws {
        let key = "x-api-key: \(try create("alice", rpm: 1, tokensPerDay: 1000))"
        let ring = try ring()
        // 14 hours before midnight.
        ring.noteTokens(999, of: "alice", at: instant())
        ring.noteTokens(5000, of: "bob", at: instant())
        #expect(try verdict(ring, key) == "alice")
        ring.noteTokens(1, of: "alice", at: instant())
        // The day's limit is told rather than the minute's, and costs no request.
        #expect(try verdict(ring, key) == "429 client_key_limit 50400")
        #expect(try verdict(ring, key, at: instant(50_399.5)) == "429 client_key_limit 1")
        guard case .refused(let answer, _) = ring.check(try request(key), at: instant()) else {
            Issue.record("not refused")
            return
        }
        #expect(answer.extraLines.contains(HeaderField("x-should-retry", "false")))
        #expect(try verdict(ring, key, at: instant(50_400)) == "alice")
        // Yesterday's late records change nothing any more.
        ring.noteTokens(10, of: "alice", at: instant(50_401))
        ring.noteTokens(5000, of: "alice", at: instant(50_000))
        #expect(try verdict(ring, key, at: instant(50_500)) == "alice")
    }

    @Test("a start takes over what was used today, not what was used yesterday")
    func tokensBefore() throws {
        let key = "x-api-key: \(try create("alice", tokensPerDay: 100))"
        let ring = try ring()
        ring.setTokensToday(["alice": 99], day: ClientKeyRing.day(of: instant()))
        #expect(try verdict(ring, key) == "alice")
        ring.noteTokens(1, of: "alice", at: instant())
        #expect(try verdict(ring, key) == "429 client_key_limit 50400")
        ring.setTokensToday(["alice": 5000], day: ClientKeyRing.day(of: instant()) - 1)
        #expect(try verdict(ring, key, at: instant(50_400)) == "alice")
    }

    @Test("days are counted in UTC, also before 1970", arguments: [(0, 0), (86_399, 0), (86_400, 1), (-1, -1)])
    func days(_ row: (seconds: Int64, day: Int64)) {
        #expect(ClientKeyRing.day(of: Timestamp(microseconds: row.seconds * 1_000_000)) == row.day)
    }

    @Test("counts that could not be added up stay at the end")
    func overflow() throws {
        let key = "x-api-key: \(try create("alice", tokensPerDay: 1_000_000_000_000_000))"
        let ring = try ring()
        for _ in 0..<3 { ring.noteTokens(.max, of: "alice", at: instant()) }
        ring.noteTokens(-5, of: "alice", at: instant())
        #expect(try verdict(ring, key).hasPrefix("429"))
    }

    @Test("a bad file leaves the keys in force, and is reported once")
    func keepsOnTrouble() throws {
        let key = try create("alice")
        let ring = try ring()
        try PrivateFile(path: home.layout.clientKeys).write(Array("{".utf8))
        for _ in 0..<3 { #expect(!ring.reloadIfChanged()) }
        #expect(try verdict(ring, "x-api-key: \(key)") == "alice")
        #expect(try verdict(ring) == "401 client_key_missing")
        #expect(log.all.count == 1)
        #expect(log.all.first?.contains("damaged") == true)
    }

    @Test("a file that is gone leaves the keys in force where they are not required")
    func goneKeeps() throws {
        let key = try create("alice")
        let ring = try ring()
        unlink(home.layout.clientKeys)
        for _ in 0..<3 { #expect(!ring.reloadIfChanged()) }
        #expect(try verdict(ring, "x-api-key: \(key)") == "alice")
        #expect(try verdict(ring) == "401 client_key_missing")
        #expect(log.all.count == 1)
    }

    @Test("where keys are required, everybody is refused without the file until it is back")
    func goneRefuses() throws {
        #expect(try verdict(try ring(isRequired: true)) == "401 client_key_missing")
        let key = try create("alice")
        let ring = try ring(isRequired: true)
        #expect(try verdict(ring, "x-api-key: \(key)") == "alice")
        let aside = home.layout.clientKeys + ".aside"
        rename(home.layout.clientKeys, aside)
        #expect(!ring.reloadIfChanged())
        #expect(try verdict(ring, "x-api-key: \(key)") == "401 client_key_invalid")
        rename(aside, home.layout.clientKeys)
        #expect(!ring.reloadIfChanged())
        #expect(try verdict(ring, "x-api-key: \(key)") == "alice")
    }

    @Test("threads at the same time get no more than the limit together")
    func threads() async throws {
        let key = "x-api-key: \(try create("alice", rpm: 50))"
        let ring = try ring()
        let head = try request(key)
        let accepted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<100).count { _ in
                        if case .accepted = ring.check(head, at: instant()) { true } else { false }
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(accepted == 50)
    }
}
