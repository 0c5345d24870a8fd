import Foundation
import Testing

@testable import Recorder

struct HeaderMaskingTests {
    @Test(arguments: [
        ("Host", "api.anthropic.com"), ("content-type", "application/json"),
        ("User-Agent", "claude-cli/2.1.219 (external, cli)"),
        ("anthropic-version", "2023-06-01"), ("Anthropic-RateLimit-Unified-Reset", "1785187951"),
        ("request-id", "req_011CSHoEeqs5C35K2UUqR7Fy"), ("retry-after", "17"), ("x-stainless-runtime", "node"),
        ("X-Claude-Code-Session-Id", "7c9e6679-7425-40de-944b-e07fc1f90ae7"), ("cf-ray", "8f1c2d3e4f5a6b7c-FRA"),
        ("x-tapedeck-exchange", "0199f3c2-1d2e-7abc-8def-0123456789ab"), ("x-empty", ""),
    ])
    func listedHeadersStay(name: String, value: String) {
        #expect(Planted.header(name, value) == value)
    }

    @Test func unknownHeadersAreMaskedWhole() {
        for (name, value) in [("anthropic-organization-id", "3fa85f64-5717"), ("X-Custom", "a b"), ("x-hosted", "z")] {
            let masked = Planted.header(name, value)
            #expect(masked == Planted.placeholder(.header, value))
            #expect(Planted.header(name, masked) == masked)
        }
    }

    @Test func authorizationKeepsItsScheme() {
        for (name, value, expected) in [
            ("Authorization", "Bearer opaque-value", "Bearer " + Planted.placeholder(.bearer, "opaque-value")),
            ("authorization", "basic dTpw", "basic " + Planted.placeholder(.basic, "dTpw")),
            (
                "Proxy-Authorization", "Basic dXNlcjpodW50ZXIy",
                "Basic " + Planted.placeholder(.basic, "dXNlcjpodW50ZXIy")
            ),
            ("authorization", "justasecret", Planted.placeholder(.header, "justasecret")),
            ("authorization", "my secret phrase", Planted.placeholder(.header, "my secret phrase")),
        ] {
            let masked = Planted.header(name, value)
            #expect(masked == expected)
            #expect(Planted.header(name, masked) == masked)
        }
    }

    @Test func cookiesKeepNamesAndAttributes() {
        let masked = Planted.header("Cookie", "sid=abc123; theme=\"dark\"; flag")
        #expect(
            masked
                == "sid=\(Planted.placeholder(.cookie, "abc123")); theme=\(Planted.placeholder(.cookie, "\"dark\"")); "
                + Planted.placeholder(.cookie, "flag")
        )
        #expect(Planted.header("cookie", masked) == masked)
        let set = Planted.header("Set-Cookie", "sid=abc123; Path=/; HttpOnly; Max-Age=60; Secret=x")
        #expect(
            set == "sid=\(Planted.placeholder(.cookie, "abc123")); Path=/; HttpOnly; Max-Age=60; Secret="
                + Planted.placeholder(.cookie, "x")
        )
        #expect(Planted.header("set-cookie", set) == set)
    }

    @Test func everySecretIsFoundInAnyHeader() {
        for (kind, secret) in Planted.secrets {
            let marker = Planted.placeholder(kind, secret)
            #expect(Planted.header("User-Agent", "tool/1 (\(secret))") == "tool/1 (\(marker))")
            #expect(Planted.header("authorization", "Bearer \(secret)").contains(secret) == false)
            #expect(Planted.header("x-api-key", secret).contains(secret) == false)
            if kind != .email { #expect(Planted.header("x-api-key", secret) == marker) }
            let block = Planted.masker.masked(
                HeaderBlock([HeaderField("x-\(secret)", "1"), HeaderField("Accept", "*/*")])
            )
            #expect(!block[0].name.contains(secret))
            #expect(block[1] == HeaderField("Accept", "*/*"))
        }
    }

    @Test("a secret in base64 is found in a segment of a path, whatever stands in front of it")
    func base64InPath() throws {
        let (kind, secret) = Planted.secrets[0]
        for front in ["/", "/v1/", "/v1/a/", "/v1/messages/", "/v1/messages/batches/ab/"] {
            let path = Array("\(front)\(Data(secret.utf8).base64EncodedString())/x".utf8)
            let masked = path.withUnsafeBytes { Planted.masker.maskedPath($0) } ?? path
            let segments = String(decoding: masked, as: UTF8.self).dropFirst(front.count).split(separator: "/")
            let decoded = segments.first.flatMap { Data(base64Encoded: String($0)) } ?? Data()
            #expect(String(decoding: decoded, as: UTF8.self) == Planted.placeholder(kind, secret), "\(front)")
            #expect(segments.last == "x")
        }
        let plain = Array("/v1/organizations/0199f3c2-1d2e-7abc-8def-000000000001/workspaces".utf8)
        #expect(plain.withUnsafeBytes { Planted.masker.maskedPath($0) } == nil)
    }

    @Test func pathsAndQueriesAreMasked() {
        let (kind, secret) = Planted.secrets[0]
        let path = Array("/v1/\(secret)/x".utf8)
        let masked = path.withUnsafeBytes { Planted.masker.maskedPath($0) } ?? []
        #expect(String(decoding: masked, as: UTF8.self) == "/v1/\(Planted.placeholder(kind, secret))/x")
        for (query, expected) in [
            ("token=abc&beta=true", "token=\(Planted.placeholder(.secret, "abc"))&beta=true"),
            ("a=1&api%5Fkey=x%20y", "a=1&api%5Fkey=\(Planted.placeholder(.secret, "x y"))"),
            (
                "key=AIza" + "SyD9x8Kq3Lm-2Np_Rt5Vw7Xz1Bc4Ef6Gh0J",
                "key=" + Planted.placeholder(.google, "AIza" + "SyD9x8Kq3Lm-2Np_Rt5Vw7Xz1Bc4Ef6Gh0J")
            ),
            ("user=a%40example.org", "user=" + Planted.placeholder(.email, "a@example.org")),
        ] {
            #expect(Planted.masked(query, .form) == expected)
            #expect(Planted.masked(expected, .form) == expected)
        }
    }
}
