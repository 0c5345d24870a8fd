import Foundation
import Recorder
import Testing

@testable import ProxyRuntime

@Suite("accounts.json")
struct AccountsFileTests {
    @Test("keeps all there is to know of an account, in the form that is documented")
    func form() throws {
        let home = try SampleHome()
        #expect(try AccountsFile.load(from: home.layout) == nil)
        var account = Account.sample("team-a", key: "sk-ant-api03-x")
        account.priority = 2
        account.auth = .bearer
        account.baseURL = try UpstreamTarget(url: "http://h:1/p", setting: "test")
        let added = account
        try AccountsFile.edit(in: home.layout) { (file) throws(SettingsError) in
            try file.add(added, at: instant())
            try file.add(.sample("team-b", key: "sk-ant-api03-y"), at: instant(1.5))
            _ = file.pause("env-1", true)
            _ = file.pause("team-b", true)
        }
        let data = try #require(FileManager.default.contents(atPath: home.layout.accounts))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
        let expected: NSDictionary = [
            "version": 1,
            "paused_environment": ["env-1"],
            "accounts": [
                [
                    "name": "team-a", "key": "sk-ant-api03-x", "provider": "anthropic", "base_url": "http://h:1/p",
                    "priority": 2, "auth": "bearer", "paused": false, "added_at": "2026-11-20T10:00:00.000000Z",
                ],
                [
                    "name": "team-b", "key": "sk-ant-api03-y", "provider": "anthropic", "priority": 0, "paused": true,
                    "added_at": "2026-11-20T10:00:01.500000Z",
                ],
            ],
        ]
        #expect(json == expected)
        let file = try #require(try AccountsFile.load(from: home.layout)).0
        #expect(file.entries.map(\.account.name) == ["team-a", "team-b"])
        #expect(file.entries[0].account == account)
        #expect(file.entries[1].account.isPaused)
        #expect(file.entries[1].addedAt == instant(1.5))
        #expect(file.pausedEnvironment == ["env-1"])
    }

    /// Contents of the file, and what the refusal says; none of the values may be repeated.
    static let faults: [(content: String, says: [String])] = [
        ("", ["damaged", "not the JSON"]),
        ("{\"version\":1,\"accounts\":[", ["damaged", "not the JSON"]),
        ("[]", ["damaged"]),
        ("{}", ["damaged at version"]),
        ("{\"version\":0,\"accounts\":[]}", ["damaged at version"]),
        ("{\"version\":\"1\",\"accounts\":[]}", ["damaged at version"]),
        ("{\"version\":2,\"anything\":\"SECRET\"}", ["newer program", "format 2", "update"]),
        ("{\"version\":1}", ["damaged at accounts"]),
        (one("\"name\":\"a\""), ["damaged at accounts[0].key"]),
        (one("\"name\":\"a\",\"key\":[\"SECRET\"]"), ["damaged at accounts[0].key"]),
        (whole(key: "SECRET"), ["accounts[0]", "sk-ant-"]),
        (whole(key: "sk-ant-SECRET x"), ["accounts[0]", "white space"]),
        (whole(name: "a b"), ["accounts[0]", "name"]),
        (whole(name: "sk-ant-SECRET"), ["accounts[0]", "name"]),
        (whole(rest: ",\"base_url\":\"ftp://h\""), ["accounts[0].base_url", "http://"]),
        (whole(rest: ",\"auth\":\"SECRET\""), ["damaged at accounts[0].auth"]),
        (twice("b", "sk-ant-SECRET"), ["'a'", "'b'", "same key"]),
        (twice("a", "sk-ant-x"), ["'a'", "two accounts"]),
    ]

    private static func one(_ members: String) -> String {
        "{\"version\":1,\"accounts\":[{\(members)}]}"
    }

    private static func members(_ name: String, _ key: String, _ rest: String = "") -> String {
        "\"name\":\"\(name)\",\"key\":\"\(key)\",\"provider\":\"anthropic\",\"priority\":0,\"paused\":false,"
            + "\"added_at\":\"2026-11-20T10:00:00Z\"\(rest)"
    }

    private static func whole(name: String = "a", key: String = "sk-ant-SECRET", rest: String = "") -> String {
        one(members(name, key, rest))
    }

    private static func twice(_ name: String, _ key: String) -> String {
        one(members("a", "sk-ant-SECRET") + "},{" + members(name, key))
    }

    @Test("a damaged or newer file is refused with its path and place, and stays as it is", arguments: faults)
    func refuses(_ row: (content: String, says: [String])) throws {
        let home = try SampleHome()
        let path = home.layout.accounts
        try PrivateFile(path: path).write(Array(row.content.utf8))
        let reading = message { _ = try AccountsFile.load(from: home.layout) }
        let editing = message { try AccountsFile.edit(in: home.layout) { $0.pausedEnvironment = ["x"] } }
        #expect(reading == editing)
        for word in row.says + [path] { #expect(reading.contains(word), "\(reading)") }
        #expect(!reading.contains("SECRET"), "\(reading)")
        #expect(!reading.contains("\n"))
        #expect(FileManager.default.contents(atPath: path) == Data(row.content.utf8))
    }

    @Test("unknown members are no trouble")
    func unknownMembers() throws {
        let content = Self.whole(rest: ",\"colour\":\"red\"")
        let file = try AccountsFile.decode(Array(content.utf8), path: "f")
        #expect(file.entries.map(\.account.name) == ["a"])
    }

    @Test("a name or key that is there already is refused")
    func addsOnce() throws {
        var file = AccountsFile()
        try file.add(.sample("a", key: "sk-ant-SECRET"), at: instant())
        #expect(message { try file.add(.sample("a"), at: instant()) }.contains("'a' is there already"))
        let text = message { try file.add(.sample("b", key: "sk-ant-SECRET"), at: instant()) }
        #expect(text.contains("'a' has the same key"))
        #expect(!text.contains("SECRET"))
        #expect(file.entries.count == 1)
    }

    @Test("removing and pausing say whether there was anything to do")
    func changes() throws {
        var file = AccountsFile()
        try file.add(.sample("a"), at: instant())
        #expect([file.pause("a", true), file.pause("a", true)] == [true, false])
        #expect(file.entries[0].account.isPaused)
        #expect(file.pausedEnvironment.isEmpty)
        #expect([file.pause("a", false), file.pause("env-1", false)] == [true, false])
        #expect([file.pause("env-1", true), file.pause("env-1", true)] == [true, false])
        #expect(file.pausedEnvironment == ["env-1"])
        #expect([file.pause("env-1", false), file.remove("a"), file.remove("a")] == [true, true, false])
        #expect(file == AccountsFile())
    }

    @Test("commands at the same time lose no account")
    func concurrentAdds() async throws {
        let home = try SampleHome()
        let layout = home.layout
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try AccountsFile.edit(in: layout) { (file) throws(SettingsError) in
                        try file.add(.sample("a\(number)"), at: instant())
                    }
                }
            }
            try await group.waitForAll()
        }
        let file = try #require(try AccountsFile.load(from: layout)).0
        #expect(Set(file.entries.map(\.account.name)) == Set((0..<20).map { "a\($0)" }))
    }
}
