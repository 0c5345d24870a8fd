import Foundation
import Recorder
import TestSupport
import Testing

@Suite("proxy accounts", .timeLimit(.minutes(5)))
struct AccountsCommandTests {
    /// Made up here: no such keys were ever given out.
    private static let keyA = "sk-ant-api03-" + String(repeating: "Kq1", count: 20) + "-AA"
    private static let keyB = "sk-ant-oat01-" + String(repeating: "Kq2", count: 20) + "-AA"
    private static let keyC = "sk-ant-api03-" + String(repeating: "Kq3", count: 20) + "-AA"

    private let directory: TemporaryDirectory
    private var home: String { directory.path + "/store" }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func write(_ text: String, _ name: String) throws -> String {
        let path = directory.path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Runs a command and checks that it says no part of a key.
    private func run(_ words: String..., environment: [String: String] = [:]) async throws -> ProcessOutcome {
        let outcome = try await Program.proxy.run(
            ["accounts"] + words + ["--home", home],
            environment: environment.merging(["HOME": directory.path]) { $1 },
            in: directory
        )
        for text in [outcome.output, outcome.errors] {
            for part in ["Kq1", "Kq2", "Kq3"] { #expect(!text.contains(part), "\(words)") }
        }
        return outcome
    }

    private func add(_ name: String, _ key: String, _ flags: String...) async throws -> ProcessOutcome {
        let file = try write(key + "\n", "key-\(name)")
        defer { try? FileManager.default.removeItem(atPath: file) }
        let outcome = try await Program.proxy.run(
            ["accounts", "add", name, "--key-file", file, "--home", home] + flags,
            environment: ["HOME": directory.path],
            in: directory
        )
        #expect(!(outcome.output + outcome.errors).contains("Kq"))
        return outcome
    }

    private func listed(_ environment: [String: String] = [:]) async throws -> [[String: Any]] {
        let outcome = try await run("list", "--json", environment: environment)
        return try outcome.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test("listing nothing makes nothing and ends with 1")
    func nothing() async throws {
        for words in [["list"], ["list", "--json"]] {
            let outcome = try await Program.proxy.run(
                ["accounts"] + words + ["--home", home],
                environment: ["HOME": directory.path],
                in: directory
            )
            #expect(outcome.code == 1)
            #expect(outcome.output == "")
            #expect(outcome.errorLines == ["there are no accounts"])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    }

    @Test("what is added is listed with all it was given, and only accounts.json holds a key")
    func adds() async throws {
        #expect(try await add("team-a", Self.keyA).code == 0)
        let flags = ["--priority", "3", "--auth", "bearer", "--base-url", "https://gateway.example/anthropic"]
        let file = try write(Self.keyB, "key")
        let second = try await Program.proxy.run(
            ["accounts", "add", "team-b", "--key-file", file, "--home", home] + flags,
            environment: ["HOME": directory.path],
            in: directory
        )
        #expect(second.code == 0, "\(second.errors)")
        try FileManager.default.removeItem(atPath: file)
        let environment = ["CLAUDE_API_KEYS": "\(Self.keyC)"]
        let accounts = try await listed(environment)
        #expect(accounts.map { $0["name"] as? String } == ["env-1", "team-a", "team-b"])
        #expect(accounts.map { $0["source"] as? String } == ["environment", "file", "file"])
        #expect(accounts[2]["priority"] as? Int == 3)
        #expect(accounts[2]["auth"] as? String == "bearer")
        #expect(accounts[2]["base_url"] as? String == "https://gateway.example/anthropic")
        #expect(accounts[1]["base_url"] is NSNull)
        #expect(accounts.allSatisfy { ($0["key_tag"] as? String)?.hasPrefix("***masked:anthropic:") == true })
        let table = try await run("list", environment: environment)
        #expect(table.code == 0)
        #expect(table.lines.count == 4)
        #expect(table.lines[0].hasPrefix("ACCOUNT  KEY "))

        let files = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        #expect(files.contains("store/accounts.json"))
        for file in files where file != "store/accounts.json" {
            guard let data = FileManager.default.contents(atPath: directory.path + "/" + file) else { continue }
            #expect(data.firstRange(of: Data("Kq".utf8)) == nil, "\(file)")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: home + "/accounts.json")[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("a key may come from standard input")
    func standardInput() async throws {
        let file = try write("  \(Self.keyA)\r\n", "key")
        let process = try RunningProcess(
            "/bin/sh",
            ["-c", #""$0" accounts add team-a --home "$1" < "$2""#, try Program.proxy.path, home, file],
            environment: ["HOME": directory.path],
            directory: directory.path
        )
        let outcome = await process.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try await listed().map { $0["name"] as? String } == ["team-a"])
        // Nothing on it is an empty key.
        let empty = try await run("add", "team-b")
        #expect(empty.code == 2)
        #expect(empty.errorLines == ["proxy: account 'team-b': the key is empty"])
    }

    /// A way to add that is refused, and what the one line says.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var name: String
        var words: [String]
        var key = AccountsCommandTests.keyC
        var environment: [String: String] = [:]
        var says: [String]
        var testDescription: String { name }
    }

    private static let refusals = [
        Refusal(name: "name taken", words: ["team-a"], says: ["'team-a' is there already"]),
        Refusal(name: "key taken", words: ["b"], key: keyA, says: ["'team-a'", "same key"]),
        Refusal(
            name: "name of the environment",
            words: ["b"],
            environment: ["CLAUDE_API_KEYS": "b=\(keyB)"],
            says: ["'b'", "entry 1 of CLAUDE_API_KEYS"]
        ),
        Refusal(
            name: "key of the environment",
            words: ["b"],
            environment: ["CLAUDE_API_KEYS": keyC],
            says: ["'env-1'", "'b'", "same key"]
        ),
        Refusal(name: "empty key", words: ["b"], key: "\n \n", says: ["'b'", "empty"]),
        Refusal(name: "two keys", words: ["b"], key: keyB + "\n" + keyC, says: ["'b'", "white space"]),
        Refusal(name: "no key of Anthropic's", words: ["b"], key: "Kq3-of-somebody-else", says: ["'b'", "sk-ant-"]),
        Refusal(name: "a key as the name", words: [keyC], says: ["name"]),
        Refusal(name: "a key as an argument", words: ["b", keyC], says: ["Unexpected argument"]),
        Refusal(name: "no name", words: ["a b"], says: ["name", "64"]),
        Refusal(name: "URL", words: ["b", "--base-url", "ftp://x"], says: ["--base-url", "ftp://x"]),
        Refusal(name: "provider", words: ["b", "--provider", "acme"], says: ["--provider", "acme", "anthropic"]),
        Refusal(name: "auth", words: ["b", "--auth", "basic"], says: ["--auth", "basic", "x-api-key", "bearer"]),
        Refusal(name: "OAuth", words: ["b", "--auth", "x-api-key"], key: keyB, says: ["--auth", "bearer"]),
        Refusal(name: "priority", words: ["b", "--priority", "high"], says: ["--priority", "high"]),
    ]

    @Test("what can't be added is one line, exit code 2, and changes nothing", arguments: refusals)
    func refuses(_ refusal: Refusal) async throws {
        #expect(try await add("team-a", Self.keyA).code == 0)
        let before = FileManager.default.contents(atPath: home + "/accounts.json")
        let file = try write(refusal.key, "key")
        let outcome = try await Program.proxy.run(
            ["accounts", "add"] + refusal.words + ["--key-file", file, "--home", home],
            environment: refusal.environment.merging(["HOME": directory.path]) { $1 },
            in: directory
        )
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        for word in refusal.says { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
        #expect(!outcome.errors.contains("Kq"), "\(outcome.errors)")
        #expect(FileManager.default.contents(atPath: home + "/accounts.json") == before)
    }

    @Test("accounts are paused, resumed and removed by name, those of the environment only paused")
    func changes() async throws {
        let environment = ["CLAUDE_API_KEYS": "env-a=\(Self.keyB)"]
        #expect(try await add("team-a", Self.keyA).code == 0)
        func states() async throws -> [String?] { try await listed(environment).map { $0["status"] as? String } }
        #expect(try await states() == ["active", "active"])
        #expect(try await run("pause", "env-a", environment: environment).code == 0)
        #expect(try await run("pause", "team-a", environment: environment).code == 0)
        #expect(try await states() == ["paused", "paused"])
        let again = try await run("pause", "team-a", environment: environment)
        #expect((again.code, again.errorLines) == (0, ["account team-a was paused already"]))
        #expect(try await run("resume", "env-a", environment: environment).code == 0)
        #expect(try await states() == ["active", "paused"])

        let fixed = try await run("remove", "env-a", environment: environment)
        #expect(fixed.code == 2)
        #expect(fixed.errors.contains("entry 1 of CLAUDE_API_KEYS"))
        #expect(try await run("remove", "team-a", environment: environment).code == 0)
        #expect(try await states() == ["active"])
        let content = FileManager.default.contents(atPath: home + "/accounts.json") ?? Data()
        #expect(content.firstRange(of: Data("Kq".utf8)) == nil)
        for command in ["remove", "pause", "resume"] {
            let outcome = try await run(command, "team-a", environment: environment)
            #expect(outcome.code == 2)
            #expect(outcome.errorLines == ["proxy: there is no account called 'team-a'; there are: env-a"])
        }
        let key = try await run("pause", Self.keyA)
        #expect(key.errorLines == ["proxy: there is no account of that name; there are none"])
    }

    @Test("files that others can read stop commands and the start, with the remedy")
    func openToOthers() async throws {
        #expect(try await add("team-a", Self.keyA).code == 0)
        chmod(home + "/accounts.json", 0o640)
        for words in [["list"], ["pause", "team-a"], ["remove", "team-a"]] {
            let outcome = try await Program.proxy.run(["accounts"] + words + ["--home", home], in: directory)
            #expect(outcome.code == 2)
            #expect(outcome.errors.contains("chmod 600 \(home)/accounts.json"), "\(outcome.errors)")
        }
        let start = try await Program.proxy.run(["serve", "--port", "0", "--home", home], in: directory)
        #expect(start.code == 2)
        #expect(start.errorLines.count == 1, "\(start.errors)")
        #expect(start.errors.contains("chmod 600 \(home)/accounts.json"))
    }

    @Test(
        "a bad entry of the environment stops the start, named by its place",
        arguments: [".env", "environment", "file"]
    )
    func badEntry(place: String) async throws {
        var environment = ["HOME": directory.path]
        let keys = "\(Self.keyA),\nKq9-no-key"
        switch place {
        case ".env": _ = try write("CLAUDE_API_KEYS=\"\n\(keys)\n\"\n", ".env")
        case "file": environment["CLAUDE_API_KEYS_FILE"] = try write(keys, "keys")
        default: environment["CLAUDE_API_KEYS"] = keys
        }
        let outcome = try await Program.proxy.run(
            ["serve", "--port", "0", "--home", home],
            environment: environment,
            in: directory
        )
        #expect(outcome.code == 2)
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains("entry 2 of CLAUDE_API_KEYS"))
        #expect(!outcome.errors.contains("Kq"))
    }

    @Test("commands of several processes at once lose nothing")
    func processes() async throws {
        try await withThrowingTaskGroup(of: Int32.self) { group in
            for number in 0..<8 {
                group.addTask { try await self.add("a\(number)", "sk-ant-api03-Kq-\(number)").code }
            }
            for try await code in group { #expect(code == 0) }
        }
        #expect(try await Set(listed().compactMap { $0["name"] as? String }) == Set((0..<8).map { "a\($0)" }))
    }

    @Test("a running proxy follows, and its own environment's accounts can be paused from elsewhere")
    func runningProxy() async throws {
        let proxy = try await ProxyProgram.start(
            upstream: "http://127.0.0.1:9",
            in: directory,
            environment: ["CLAUDE_API_KEYS": "mine=\(Self.keyB)", "LOG_LEVEL": "trace"]
        )
        func api() async throws -> String {
            let client = try await RawClient.connect(proxy.port)
            try await client.send("GET /api/accounts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return await client.readResponse().text
        }
        #expect(try await api().contains("\"name\":\"mine\""))
        #expect(try await add("team-a", Self.keyA).code == 0)
        #expect(try await eventually { try await api().contains("\"name\":\"team-a\"") ? true : nil } == true)
        #expect(try await run("pause", "mine", environment: ["CLAUDE_API_KEYS": "mine=\(Self.keyB)"]).code == 0)
        #expect(try await eventually { try await api().contains("\"status\":\"paused\"") ? true : nil } == true)
        #expect(try await !api().contains("Kq"))
        let outcome = await proxy.stop()
        #expect(outcome.code == 0)
        #expect(!outcome.errors.contains("Kq"), "\(outcome.errors)")
    }
}
