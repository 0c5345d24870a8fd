import Replayer
import Testing

struct ReplayTargetTests {
    @Test(
        "a URL is read without any look-up",
        arguments: [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", true), ("http://LOCALHOST/", "http://localhost", true),
            ("http://[::1]:99/a/b//", "http://[::1]:99/a/b", true),
            ("https://127.255.0.3", "https://127.255.0.3", true),
            ("https://api.anthropic.com", "https://api.anthropic.com", false), ("HTTP://a:1/x", "http://a:1/x", false),
            ("http://127.0.0.1.example.com", "http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", "http://localhost.example.com", false),
            ("http://127.0.0.256", "http://127.0.0.256", false), ("http://127.1", "http://127.1", false),
            ("http://127.0.0.010", "http://127.0.0.010", false), ("http://0.0.0.0", "http://0.0.0.0", false),
            ("http://[::ffff:127.0.0.1]", "http://[::ffff:127.0.0.1]", false),
            ("http://10.0.0.1", "http://10.0.0.1", false),
        ]
    )
    func aURLIsReadWithoutAnyLookUp(text: String, base: String, isLoopback: Bool) throws {
        let target = try #require(ReplayTarget(text))
        #expect(target.base == base)
        #expect(target.isLoopback == isLoopback)
    }

    @Test(
        "other text is refused",
        arguments: [
            "", "127.0.0.1:8080", "ftp://a", "http://", "http://:80", "http://a:", "http://a:0", "http://a:65536",
            "http://a:+80", "http://user@a", "http://127.0.0.1@evil.example", "http://a?q=1", "http://a#f",
            "http://a b",
            "http://[::1", "http://[]", "http://::1", "http://a\\b", "http://[127.0.0.1]",
        ]
    )
    func otherTextIsRefused(text: String) {
        #expect(ReplayTarget(text) == nil)
    }
}
