import Logging
import NIOCore
import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Settings")
struct ProxySettingsTests {
    @Test("nothing set gives the defaults")
    func defaults() throws {
        let settings = try ProxySettings(environment: ["HOME": "/h"])
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8080)
        #expect(settings.layout.home == "/h/.local/share/tapedeck")
        #expect(settings.upstream.description == "https://api.anthropic.com")
        #expect(settings.dataPlane.bodyLimit == 33_554_432)
        #expect(settings.dataPlane.headLimit == 65_536)
        #expect(settings.dataPlane.isStrict)
        let limits = settings.dataPlane.limits
        #expect((limits.connect, limits.firstByte, limits.betweenBytes) == (.seconds(10), .seconds(600), .seconds(300)))
        #expect(limits.drain == .seconds(30))
    }

    @Test("each variable counts, an empty one does not")
    func variables() throws {
        let settings = try ProxySettings(environment: [
            "HOST": "::1", "PORT": "0", "LOG_LEVEL": "WARN", "TAPEDECK_HOME": "/t/", "DATABASE_URL": "file:./c.db",
            "ANTHROPIC_UPSTREAM_URL": "http://localhost:9/x/", "UPSTREAM_CA_FILE": "",
        ])
        #expect((settings.host, settings.port, settings.logLevel) == ("::1", 0, .warning))
        #expect((settings.layout.home, settings.catalogPath) == ("/t", "./c.db"))
        #expect(settings.upstream.description == "http://localhost:9/x")
        #expect(settings.upstreamCertificates == nil)
    }

    static let faults: [(name: String, value: String)] = [
        ("PORT", "http"), ("PORT", "-1"), ("PORT", "65536"), ("PORT", "80 80"), ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "postgres://x"), ("DATABASE_URL", "file:"), ("ANTHROPIC_UPSTREAM_URL", "ftp://h"),
        ("ANTHROPIC_UPSTREAM_URL", "h:1"), ("ANTHROPIC_UPSTREAM_URL", "http://"),
        ("ANTHROPIC_UPSTREAM_URL", "http:///p"),
        ("ANTHROPIC_UPSTREAM_URL", "http://h:0"), ("ANTHROPIC_UPSTREAM_URL", "http://h:65536"),
        ("ANTHROPIC_UPSTREAM_URL", "http://h:"), ("ANTHROPIC_UPSTREAM_URL", "http://h:x"),
        ("ANTHROPIC_UPSTREAM_URL", "http://h/?q"), ("ANTHROPIC_UPSTREAM_URL", "http://h/#f"),
        ("ANTHROPIC_UPSTREAM_URL", "http://h/a b"), ("ANTHROPIC_UPSTREAM_URL", "http://h\r\nX: y"),
        ("ANTHROPIC_UPSTREAM_URL", "http://hé"), ("ANTHROPIC_UPSTREAM_URL", "http://[::1]x"),
    ]

    @Test("a bad value is named with its variable, on one line", arguments: faults)
    func names(_ row: (name: String, value: String)) {
        let error = #expect(throws: SettingsError.self) { try ProxySettings(environment: [row.name: row.value]) }
        #expect(error?.description.hasPrefix("\(row.name): ") == true)
        if !row.value.unicodeScalars.contains("\n") { #expect(error?.description.contains(row.value) == true) }
        #expect(error?.description.unicodeScalars.contains("\n") == false)
    }

    @Test("credentials in a URL are refused without repeating them")
    func hidesCredentials() {
        let error = #expect(throws: SettingsError.self) {
            try ProxySettings(environment: ["ANTHROPIC_UPSTREAM_URL": "https://user:pass@h"])
        }
        #expect(error?.description.contains("pass") == false)
    }

    static let spans: [(text: String, span: TimeAmount?)] = [
        ("500ms", .milliseconds(500)), ("10s", .seconds(10)), ("10", .seconds(10)), ("1.5s", .milliseconds(1500)),
        ("5m", .seconds(300)), ("2h", .seconds(7200)), ("0", nil), ("-1s", nil), ("1d", nil), ("s", nil), ("", nil),
        ("1 s", nil), ("1e3s", nil), ("99999999999999999999h", nil), ("721h", nil), ("٣s", nil), ("1.2.3s", nil),
    ]

    @Test("spans of time", arguments: spans)
    func span(_ row: (text: String, span: TimeAmount?)) throws {
        guard let span = row.span else {
            #expect(throws: SettingsError.self) { try ProxySettings.span(row.text, setting: "S") }
            return
        }
        #expect(try ProxySettings.span(row.text, setting: "S") == span)
    }
}
