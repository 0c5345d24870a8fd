import Testing

@testable import Recorder

@Suite("Files of environment variables")
struct EnvFileTests {
    /// The forms that the seeds' files have: comments, comments behind values, quotes, values over several lines.
    @Test("the seeds' file is read as they mean it")
    func readsSeeds() throws {
        let text = """
            # Database
            DATABASE_URL="file:./ccflare.db"

            PORT=8080
            HOST=0.0.0.0
              # indented comment
            CLAUDE_API_KEYS="
            sk-ant-api-free-1-xxx,
            sk-ant-api-free-2-xxx,
            sk-ant-api-free-3-xxx
            "
            SESSION_TIMEOUT=18000  # 5 hours (in seconds)
            LOG_LEVEL=info
            """
        #expect(
            try EnvFile.parse(text, file: ".env") == [
                "DATABASE_URL": "file:./ccflare.db",
                "PORT": "8080",
                "HOST": "0.0.0.0",
                "CLAUDE_API_KEYS": "\nsk-ant-api-free-1-xxx,\nsk-ant-api-free-2-xxx,\nsk-ant-api-free-3-xxx\n",
                "SESSION_TIMEOUT": "18000",
                "LOG_LEVEL": "info",
            ]
        )
    }

    static let lines: [(text: String, value: String)] = [
        ("A=b", "b"),
        ("A=", ""),
        ("A=  b  ", "b"),
        ("A = b", "b"),
        ("\t A=b", "b"),
        ("export A=b", "b"),
        ("A=b c", "b c"),
        ("A=b#c", "b#c"),
        ("A=b #c", "b"),
        ("A=b\t#c", "b"),
        ("A=#c", ""),
        ("A=b=c", "b=c"),
        ("A=\"b # c\" # d", "b # c"),
        ("A='b # \"c\"'", "b # \"c\""),
        ("A=\"\"", ""),
        ("A=\" b \"", " b "),
        (#"A="a\nb\t\"\\\$c\q""#, "a\nb\t\"\\$c\\q"),
        (#"A='a\nb'"#, #"a\nb"#),
        ("A='one\ntwo'", "one\ntwo"),
        ("A=\"one\r\ntwo\"\r\n", "one\ntwo"),
        ("\u{FEFF}A=b\r\n", "b"),
        ("A=b\nA=c", "c"),
        ("A=$HOME", "$HOME"),
        ("A=é ü", "é ü"),
    ]

    @Test("a value is what it means", arguments: lines)
    func readsValue(_ row: (text: String, value: String)) throws {
        #expect(try EnvFile.parse(row.text, file: "f") == ["A": row.value])
    }

    static let faults: [(text: String, message: String)] = [
        ("A", "f, line 1: expected NAME=value"),
        ("A=b\n\n=c", "f, line 3: expected NAME=value"),
        ("A=b\nB: c", "f, line 2: expected NAME=value"),
        ("A=\"b\nc", "f, line 1: the quoted value of A has no closing quote"),
        ("A=\"one\ntwo\" rest", "f, line 2: text behind the quoted value of A"),
    ]

    @Test("a fault names the file and the line", arguments: faults)
    func namesFault(_ row: (text: String, message: String)) {
        let error = #expect(throws: SettingsError.self) { try EnvFile.parse(row.text, file: "f") }
        #expect(error?.description == row.message)
    }
}
