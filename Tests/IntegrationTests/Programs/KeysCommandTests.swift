import Foundation
import Recorder
import TestSupport
import Testing

@Suite("proxy keys", .timeLimit(.minutes(5)))
struct KeysCommandTests {
    private let directory: TemporaryDirectory
    private var home: String { directory.path + "/store" }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run(_ words: String...) async throws -> ProcessOutcome {
        try await Program.proxy.run(
            ["keys"] + words + ["--home", home],
            environment: ["HOME": directory.path],
            in: directory
        )
    }

    @Test("a key is printed alone, this once; the store has its hash")
    func creates() async throws {
        let created = try await run("create", "alice", "--rpm", "60", "--tokens-per-day", "1000000")
        #expect(created.code == 0, "\(created.errors)")
        let key = try #require(created.lines.first)
        #expect(created.output == key + "\n")
        #expect(key.wholeMatch(of: #/ccf_[0-9a-f]{64}/#) != nil)
        #expect(!created.errors.contains(key))
        #expect(try await run("create", "bob").lines.first != key)

        let list = try await run("list", "--json")
        #expect(list.code == 0)
        let keys = try list.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(keys.map { $0["name"] as? String } == ["alice", "bob"])
        #expect(keys[0]["rpm"] as? Int == 60)
        #expect(keys[0]["tokens_per_day"] as? Int == 1_000_000)
        #expect(keys[1]["rpm"] is NSNull)
        #expect(keys[1]["revoked_at"] is NSNull)
        #expect(Set(keys[0].keys) == ["name", "created_at", "rpm", "tokens_per_day", "revoked_at"])

        for file in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
            guard let data = FileManager.default.contents(atPath: directory.path + "/" + file) else { continue }
            #expect(data.firstRange(of: Data(key.dropFirst(4).utf8)) == nil, "\(file)")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: home + "/keys.json")[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("a revoked key stays in the list, and its name may be used again")
    func revokes() async throws {
        #expect(try await run("create", "alice").code == 0)
        let taken = try await run("create", "alice")
        #expect(taken.code == 2)
        #expect(taken.output == "")
        #expect(taken.errors.contains("keys revoke alice"))
        #expect(try await run("revoke", "alice").errorLines == ["revoked key alice"])
        let again = try await run("revoke", "alice")
        #expect((again.code, again.errorLines) == (0, ["key alice was revoked already"]))
        #expect(try await run("create", "alice").code == 0)
        let table = try await run("list")
        #expect(table.lines.count == 3)
        #expect(table.lines[0].hasPrefix("KEY"))
        #expect(table.lines[1].contains("revoked 20"))
        #expect(table.lines[2].contains("good"))
        let unknown = try await run("revoke", "bob")
        #expect(unknown.code == 2)
        #expect(unknown.errorLines == ["proxy: no key has that name; there are: alice"])
    }

    @Test("without keys, listing and revoking make nothing")
    func nothing() async throws {
        let list = try await run("list")
        #expect((list.code, list.output, list.errorLines) == (1, "", ["there are no keys"]))
        #expect(try await run("revoke", "alice").code == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    }

    @Test(
        "bad names and limits are one line, and make nothing",
        arguments: [
            (["a b"], "name"), (["ccf_x"], "name"), ([""], "name"), (["a", "--rpm", "0"], "--rpm"),
            (["a", "--rpm", "many"], "--rpm"), (["a", "--tokens-per-day", "-1"], "--tokens-per-day"),
            (["a", "--rpm", "1000001"], "1000000"),
        ]
    )
    func refuses(_ row: (words: [String], says: String)) async throws {
        let outcome = try await Program.proxy.run(["keys", "create"] + row.words + ["--home", home], in: directory)
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains(row.says), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    }

    @Test("an address that others can reach needs a key and ADMIN_TOKEN, or --insecure")
    func exposed() async throws {
        func start(_ flags: [String] = [], token: String? = nil) throws -> RunningProcess {
            var environment = ["HOME": directory.path]
            environment["ADMIN_TOKEN"] = token
            return try RunningProcess(
                try Program.proxy.path,
                ["serve", "--host", "0.0.0.0", "--port", "0", "--home", home] + flags,
                environment: environment,
                directory: directory.path
            )
        }
        func refusal(_ process: RunningProcess) async -> String {
            let outcome = await process.outcome()
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
            return outcome.errors
        }
        let token = "a-token-of-some-length"
        let bare = await refusal(try start())
        for word in ["0.0.0.0", "proxy keys create NAME", "ADMIN_TOKEN", "--insecure"] {
            #expect(bare.contains(word), "\(bare)")
        }
        // A start that is refused leaves no store behind.
        #expect(!FileManager.default.fileExists(atPath: home))
        #expect(await refusal(try start(token: token)).contains("proxy keys create NAME"))
        #expect(await refusal(try start(token: "short")).contains("16 characters"))
        #expect(try await run("create", "alice").code == 0)
        #expect(await refusal(try start()).contains("ADMIN_TOKEN"))
        #expect(try await run("revoke", "alice").code == 0)
        #expect(await refusal(try start(token: token)).contains("proxy keys create NAME"))
        #expect(try await run("create", "alice").code == 0)
        for process in [try start(token: token), try start(["--insecure", "--home", home + "2"])] {
            _ = try await process.errorLine(startingWith: "listening on http://0.0.0.0:")
            process.signal(SIGTERM)
            let outcome = await process.outcome()
            #expect(outcome.code == 0)
            #expect(!outcome.errors.contains(token))
        }
    }
}
