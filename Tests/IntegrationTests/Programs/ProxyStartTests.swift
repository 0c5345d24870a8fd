import Foundation
import Recorder
import Replayer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ProxyStartTests {
    @Test("it says where it listens, once, and ends in order on a signal", arguments: [SIGTERM, SIGINT])
    func itSaysWhereItListensOnceAndEnds(signal: Int32) async throws {
        let directory = try TemporaryDirectory()
        let proxy = try await ProxyProgram.start(upstream: "http://127.0.0.1:9", in: directory)
        let client = try await RawClient.connect(proxy.port)
        try await client.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(await client.readResponse().status == 200)
        proxy.process.signal(signal)
        let outcome = await proxy.process.outcome()
        #expect(outcome.code == 0)
        #expect(outcome.output == "")
        #expect(
            outcome.errorLines.filter { $0.contains("listening on") } == ["listening on http://127.0.0.1:\(proxy.port)"]
        )
        #expect(outcome.errors.contains("upstream    http://127.0.0.1:9\n"))
        #expect(outcome.errors.contains("store       \(proxy.home)\n"))
    }

    /// A start that fails: flags and variables, and what the one line must name.
    struct Failure: Sendable, CustomTestStringConvertible {
        var name: String
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var envFile: String?
        var names: [String]
        var testDescription: String { name }
    }

    private static let failures = [
        Failure(name: "unknown flag", arguments: ["--prot", "1"], names: ["--prot"]),
        Failure(name: "unknown command word", arguments: ["extra"], names: ["extra"]),
        Failure(name: "port flag", arguments: ["--port", "80x"], names: ["--port", "80x", "65535"]),
        Failure(name: "port flag beyond", arguments: ["--port", "65536"], names: ["--port", "65536"]),
        Failure(name: "port variable", environment: ["PORT": "http"], names: ["PORT", "http"]),
        Failure(name: "port in .env", envFile: "PORT=-1\n", names: ["PORT", "-1"]),
        Failure(name: "upstream flag", arguments: ["--upstream", "ftp://h"], names: ["--upstream", "ftp://h"]),
        Failure(
            name: "upstream variable",
            environment: ["ANTHROPIC_UPSTREAM_URL": "h"],
            names: ["ANTHROPIC_UPSTREAM_URL"]
        ),
        Failure(name: "log level", environment: ["LOG_LEVEL": "loud"], names: ["LOG_LEVEL", "loud"]),
        Failure(name: "log level flag", arguments: ["--log-level", "loud"], names: ["--log-level", "loud"]),
        Failure(name: "durability", arguments: ["--durability", "maybe"], names: ["--durability", "maybe", "strict"]),
        Failure(name: "overload", arguments: ["--on-overload", "maybe"], names: ["--on-overload", "maybe", "shed"]),
        Failure(name: "time", arguments: ["--idle-timeout", "soon"], names: ["--idle-timeout", "soon", "10s"]),
        Failure(name: "catalog", environment: ["DATABASE_URL": "mysql://h"], names: ["DATABASE_URL", "file:"]),
        Failure(name: "certificates", arguments: ["--upstream-ca", "/nowhere.pem"], names: ["/nowhere.pem"]),
        Failure(name: ".env syntax", envFile: "HOST=127.0.0.1\nnot a setting\n", names: [".env, line 2"]),
        Failure(
            name: "host",
            arguments: ["--host", "no.such.host.invalid", "--insecure"],
            names: ["no.such.host.invalid"]
        ),
        Failure(name: "a file in the way", arguments: ["--home", "file/store"], names: ["file/store", "--home"]),
        Failure(name: "a file as the store", arguments: ["--home", "file"], names: ["file", "--home"]),
    ]

    @Test("a start that fails is one line with culprit and remedy, and exit code 2", arguments: failures)
    func aStartThatFailsIsOneLineWith(failure: Failure) async throws {
        let directory = try TemporaryDirectory()
        try Data().write(to: URL(fileURLWithPath: directory.path + "/file"))
        try failure.envFile.map { try Data($0.utf8).write(to: URL(fileURLWithPath: directory.path + "/.env")) }
        var environment = failure.environment
        environment["HOME"] = directory.path
        if environment["PORT"] == nil { environment["PORT"] = failure.envFile == nil ? "0" : nil }
        let outcome = try await Program.proxy.run(
            ["serve"] + failure.arguments,
            environment: environment,
            in: directory
        )
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        for name in failure.names { #expect(outcome.errors.contains(name), "\(outcome.errors)") }
        #expect(!outcome.errors.contains("listening"))
    }

    @Test("a port in use is named")
    func aPortInUseIsNamed() async throws {
        let directory = try TemporaryDirectory()
        try await RawUpstream.run([.text("")]) { _, port in
            let outcome = try await Program.proxy.run(
                ["serve", "--port", "\(port)", "--home", directory.path + "/store"],
                in: directory
            )
            #expect(outcome.code == 2)
            #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains("port \(port) is in use"))
            #expect(outcome.errors.contains("--port"))
        }
    }

    @Test("a second proxy on one store is refused, and the first goes on")
    func aSecondProxyOnOneStoreIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let scenario = Scenario(rules: [ScenarioRule(answer: .message(ScriptedMessage(text: "Hi")))])
        try await MockUpstream.run(scenario) { mock in
            let first = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            let second = try await Program.proxy.run(["serve", "--port", "0", "--home", first.home], in: directory)
            #expect(second.code == 2)
            #expect(second.errorLines.count == 1, "\(second.errors)")
            #expect(second.errors.contains(first.home))
            #expect(second.errors.contains("--home"))
            #expect(try await first.post("{}").status == 200)
            #expect(await first.stop().code == 0)
        }
    }

    @Test("a flag beats the environment, which beats .env")
    func aFlagBeatsTheEnvironmentWhichBeatsEnv() async throws {
        let directory = try TemporaryDirectory()
        let file = """
            # settings
            export HOST="127.0.0.1"   # here only
            PORT=0
            ANTHROPIC_UPSTREAM_URL='http://file.example'
            TAPEDECK_HOME=from-file

            """
        try Data(file.utf8).write(to: URL(fileURLWithPath: directory.path + "/.env"))
        let environment = ["ANTHROPIC_UPSTREAM_URL": "http://env.example", "TAPEDECK_HOME": "from-environment"]
        let flags = ["--upstream", "http://flag.example", "--home", "from-flag"]
        let cases: [([String], [String: String], String, String)] = [
            ([], [:], "http://file.example", "from-file"),
            ([], environment, "http://env.example", "from-environment"),
            (flags, environment, "http://flag.example", "from-flag"),
        ]
        for (arguments, environment, upstream, home) in cases {
            let process = try RunningProcess(
                try Program.proxy.path,
                ["serve"] + arguments,
                environment: environment,
                directory: directory.path
            )
            _ = try await process.errorLine(startingWith: "listening on http://127.0.0.1:")
            process.signal(SIGTERM)
            let outcome = await process.outcome()
            #expect(outcome.errors.contains("upstream    \(upstream)\n"), "\(outcome.errors)")
            #expect(outcome.errors.contains("store       \(home)\n"))
            #expect(FileManager.default.fileExists(atPath: directory.path + "/" + home + "/segments"))
        }
    }

    @Test("the drain gives an open stream its time and leaves everything recorded and indexed")
    func theDrainGivesAnOpenStreamItsTime() async throws {
        let directory = try TemporaryDirectory()
        var answer = ScriptedAnswer.message(ScriptedMessage(text: "One word after the other", deltaSize: 2))
        answer.pace.event = .milliseconds(20)
        let scenario = Scenario(rules: [
            ScenarioRule(match: RequestMatch(stream: true), answer: answer),
            ScenarioRule(answer: .message(ScriptedMessage(text: "Hi"))),
        ])
        try await MockUpstream.run(scenario) { mock in
            let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            var ids: [String] = []
            for number in 0..<40 {
                let response = try await proxy.post(#"{"model":"m","messages":[\#(number)]}"#)
                ids += response.values("x-tapedeck-exchange")
            }
            let client = try await RawClient.connect(proxy.port)
            try await client.send(ProxyProgram.request(#"{"model":"m","stream":true}"#))
            let head = await client.readHead()
            proxy.process.signal(SIGTERM)
            let rest = await client.read(through: "0\r\n\r\n")
            #expect(rest.contains("message_stop"))
            #expect(rest.hasSuffix("0\r\n\r\n"))
            ids += head.split(separator: "\r\n").filter { $0.hasPrefix("x-tapedeck-exchange: ") }.map {
                String($0.dropFirst(21))
            }
            let outcome = await proxy.process.outcome()
            #expect(outcome.code == 0)
            #expect(ids.count == 41)

            let doctor = try await Program.inspector.run(["doctor", "--json", "--home", proxy.home], in: directory)
            #expect(doctor.code == 0, "\(doctor.output)")
            #expect(
                doctor.output.contains(#""exchanges":{"sealed":0,"live":41,"indexed":41,"not_indexed":0}"#),
                "\(doctor.output)"
            )
            let logs = try await Program.inspector.run(["logs", "--json", "--home", proxy.home], in: directory)
            let logged = try LoggedExchange.lines(logs.output)
            #expect(logged.map(\.id) == ids)
            #expect(logged.allSatisfy { $0.status == 200 && $0.ending == "complete" })
        }
    }
}
