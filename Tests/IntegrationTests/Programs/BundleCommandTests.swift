import Foundation
import Recorder
import Replayer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BundleCommandTests {
    private static let device = String(repeating: "5eed", count: 16)
    private static let scenario = Scenario(rules: [
        ScenarioRule(
            match: RequestMatch(contains: ["too fast"]),
            answer: .error(ScriptedError(status: 429, type: "rate_limit_error", message: "slow down"))
        ),
        ScenarioRule(answer: .message(ScriptedMessage(text: "Hi", inputTokens: 3, outputTokens: 4))),
    ])

    /// A store with five exchanges that nothing writes to any more, the fourth an error.
    private func recorded(in directory: TemporaryDirectory) async throws -> String {
        try await MockUpstream.run(Self.scenario) { mock in
            let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            for text in ["one", "two", "three", "too fast", "five"] {
                let id = "user_\(Self.device)_account__session_0a1b2c3d-0000-4000-8000-00000000beef"
                let response = try await proxy.post(
                    #"{"model":"m","metadata":{"user_id":"\#(id)"},"messages":[{"role":"user","content":"\#(text)"}]}"#
                )
                #expect(response.isWhole)
            }
            #expect(await proxy.stop().code == 0)
            return proxy.home
        }
    }

    private func shell(_ script: String, in directory: TemporaryDirectory) async throws -> String {
        let process = try RunningProcess(
            "/bin/sh",
            ["-ec", script],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: directory.path
        )
        let outcome = await process.outcome()
        #expect(outcome.code == 0, "\(outcome.errors)")
        return outcome.output
    }

    @Test(
        "tar, unzip, jq and sha256sum read what is exported",
        arguments: [("all.tgz", "tar xzf all.tgz -C d"), ("all.zip", "unzip -q all.zip -d d")]
    )
    func othersReadWhatIsExported(name: String, unpack: String) async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        let export = try await Program.inspector.run(
            ["export", "--all", "--home", home, "-o", name, "--json"],
            in: directory
        )
        #expect(export.code == 0, "\(export.errors)")
        #expect(export.output.hasPrefix(#"{"path":"\#(name)","exchanges":5,"bytes":"#))
        // Every member but the manifest has the hash that the manifest gives, and there are no others.
        let facts = try await shell(
            """
            mkdir d; \(unpack); cd d
            jq -r '.members|to_entries[]|"\\(.value)  \\(.key)"' manifest.json > ../sums; sha256sum -c --quiet ../sums
            jq -r '.members|keys[]' manifest.json | sort > ../named
            find . -type f ! -name manifest.json | sed 's,^./,,' | sort > ../there; cmp ../named ../there
            jq -c '[.format,.counts.exchanges,.masking.ids,.masking.rescanned]' manifest.json
            jq -rs 'map(.address)|join(" ")' exchanges.ndjson
            grep -rl \(Self.device) . || echo none
            """,
            in: directory
        )
        #expect(facts == "[1,5,\"tagged\",true]\nx1 x2 x3 x4 x5\nnone\n")
        let verify = try await Program.inspector.run(["verify", name], in: directory)
        #expect(verify.code == 0)
        #expect(verify.output.hasPrefix("\(name): sound, 5 exchanges, 5 attempts, "), "\(verify.output)")
    }

    @Test("bundle files stand in place of a store")
    func bundleFilesStandInPlaceOfAStore() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        func run(_ words: String) async throws -> ProcessOutcome {
            try await Program.inspector.run(words.split(separator: " ").map(String.init), in: directory)
        }
        #expect(try await run("export --error-only --home \(home) -o e.zip").code == 0)
        #expect(try await run("export x1 x2.1 --home \(home) -o two.tgz").code == 0)
        let logs = try await run("logs e.zip two.tgz --json")
        #expect(try LoggedExchange.lines(logs.output).map(\.address) == ["x1", "x2", "x4"])
        #expect(try await run("logs e.zip --model other").code == 1)
        #expect(try await run("show x4 e.zip --json").output.contains(#""status":429"#))
        let body = try await run("show x1 two.tgz --body request")
        #expect(body.output.contains(#""content":"one""#))
        #expect(try await run("doctor e.zip").code == 0)
        #expect(try await run("export x2 two.tgz -o again.zip").code == 0)
        #expect(try await run("logs again.zip").lines.count == 2)
        let audit = try await run("audit e.zip --json")
        #expect(audit.output.contains(#""statuses":{"429":1}"#), "\(audit.output)")
        #expect(try await run("unpack e.zip -o out").code == 0)
        #expect(try await shell("jq -r .error.message out/x4/response.json", in: directory) == "slow down\n")

        let elsewhere = try TemporaryDirectory()
        let other = elsewhere.path + "/store"
        #expect(try await run("import e.zip two.tgz --home \(other)").output == "imported 3 exchanges as x1 to x3\n")
        let again = try await run("import e.zip --home \(other)")
        #expect(again.output == "imported 0 exchanges, 1 was there already\n")
        #expect(try await run("logs --home \(other)").lines.count == 4)
        #expect(try await run("doctor --home \(other)").lines.last == "healthy")
        // A proxy that records there later goes on behind.
        try await MockUpstream.run(Self.scenario) { mock in
            let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: elsewhere)
            #expect(try await proxy.post(#"{"model":"m","messages":["four"]}"#).isWhole)
            #expect(try await run("import e.zip --home \(other)").code == 2)
            #expect(await proxy.stop().code == 0)
        }
        #expect(
            try LoggedExchange.lines(try await run("logs --home \(other) --json").output).map(\.address).last == "x4"
        )
    }

    @Test("a stranger's names command no terminal")
    func strangersNamesCommandNoTerminal() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        #expect(
            try await Program.inspector.run(["export", "--all", "--home", home, "-o", "a.zip"], in: directory).code == 0
        )
        _ = try await shell(
            """
            mkdir d; cd d; unzip -q ../a.zip; touch "$(printf 'a\\302\\2331mb')"
            tar czf ../b.tgz *
            """,
            in: directory
        )
        for command in [["verify"], ["logs"], ["audit"], ["show", "x1"]] {
            let outcome = try await Program.inspector.run(command + ["b.tgz"], in: directory)
            let text = outcome.output + outcome.errors
            #expect(text.contains("\\u{9b}1mb"), "\(command): \(text)")
            #expect(!text.unicodeScalars.contains("\u{9B}"), "\(command)")
        }
        let help = try await Program.inspector.run(["doctor", "--help"], in: directory).output
        #expect(
            help.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("from the segments and bundles")
        )
    }

    @Test("wrong usage says what to do, and writes nothing")
    func wrongUsageSaysWhatToDo() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        for (words, code, part) in [
            ("export --home \(home) -o a.zip", 2, "Nothing is chosen"),
            ("export --all --home \(home) -o a.rar", 2, ".tar.zst, .tgz, .zip"),
            ("export --all --last 3 --home \(home) -o a.zip", 2, "'--all' is everything"),
            ("export x99 --home \(home) -o a.zip", 1, "there is no exchange 'x99'"),
            ("export --model none --home \(home) -o a.zip", 1, "nothing was written"),
            ("export --all --max-size 1KB --home \(home) -o a.zip", 1, "--max-size allows 1000"),
            ("export --all --max-size lots --home \(home) -o a.zip", 2, "lots"),
            ("logs gone.zip", 2, "cannot open gone.zip"),
            ("logs foo", 2, "'foo' is no bundle file"),
            ("logs gone.zip --follow", 2, "--follow"),
            ("verify gone.zip", 2, "cannot open gone.zip"),
            ("unpack gone.zip -o out", 2, "cannot open gone.zip"),
            ("doctor gone.zip --rebuild", 2, "--rebuild"),
        ] {
            let outcome = try await Program.inspector.run(words.split(separator: " ").map(String.init), in: directory)
            #expect(outcome.code == code, "\(words): \(outcome.errors)")
            #expect(outcome.errors.contains(part), "\(words): \(outcome.errors)")
            #expect(outcome.output == "", "\(words)")
            #expect(outcome.errorLines.count == 1, "\(words): \(outcome.errors)")
        }
        #expect(try await shell("ls *.zip out 2>/dev/null || true", in: directory) == "")
    }
}
