import Foundation
import Testing

@testable import Recorder

/// Every kind × position × spelling.
struct PlantedSecretTests {
    static let positions: [(name: String, syntax: TextSyntax, front: String, back: String, isJSON: Bool)] = [
        ("string start", .json, #"{"model":"m","content":""#, #" and more"}"#, true),
        ("string middle", .json, #"{"content":"it is "#, #" or so"}"#, true),
        ("string end", .json, #"{"content":"it is "#, #""}"#, true),
        ("after a line end", .json, #"{"content":"first line\n"#, #"\nlast line"}"#, true),
        ("behind a quote", .json, #"{"content":"say \""#, #"\" loudly"}"#, true),
        ("key", .json, #"{"a":{""#, #"":1}}"#, true),
        ("nested", .json, #"{"arguments":"{\"value\": \"x "#, #"\", \"n\": 1}"}"#, true),
        ("nested twice", .json, #"{"a":"{\"b\":\"{\\\"c\\\":\\\""#, #"\\\"}\"}"}"#, true),
        ("named value", .json, #"{"api_key":""#, #"","n":1}"#, true),
        ("plain text", .text, "use ", " for it\n", false),
        ("alone", .text, "", "", false),
        ("assignment", .text, "export MY_TOKEN=", "\necho done\n", false),
        ("bearer", .text, "curl -H 'Authorization: Bearer ", "' https://host/path", false),
        ("query", .form, "beta=true&q=", "&limit=20", false),
        ("event", .eventStream, "event: x\ndata: {\"type\":\"x\",\"note\":\"", "\"}\n\n", false),
        (
            "delta", .eventStream,
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"",
            "\"}}\n\n", false
        ),
    ]

    @Test(arguments: Spelling.allCases)
    func everySecretIsFoundInEveryPosition(spelling: Spelling) throws {
        var random = SplitMix(seed: 0x7A9E)
        for (kind, secret) in Planted.secrets {
            for position in Self.positions {
                let written = spelling.write(secret, random: &random)
                let text = position.front + written + position.back
                let masked = Planted.masked(text, position.syntax)
                let expected = position.front + Planted.placeholder(kind, secret) + position.back
                #expect(masked == expected, "\(kind) \(position.name)")
                #expect(!position.isJSON || Planted.isJSON(masked), "\(kind) \(position.name)")
                #expect(Planted.masked(masked, position.syntax) == masked, "again: \(kind) \(position.name)")
            }
        }
    }

    @Test func everySecretIsFoundInBase64AtEveryAlignment() throws {
        for (kind, secret) in Planted.secrets {
            for padding in 0..<6 {
                let inner = String(repeating: "a", count: padding) + " text: \(secret) and \"more\" text"
                let standard = Data(inner.utf8).base64EncodedString()
                let urlSafe = standard.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
                for base64 in [standard, urlSafe, standard.replacing("/", with: "\\/")] {
                    let text = "{\"bytes\":\"\(base64)\"}"
                    let masked = Planted.masked(text, .json)
                    #expect(Planted.isJSON(masked))
                    #expect(Planted.masked(masked, .json) == masked)
                    var run = masked.dropFirst(10).dropLast(2).replacing("\\/", with: "/").replacing("-", with: "+")
                        .replacing("_", with: "/")
                    while run.count % 4 != 0 { run += "=" }
                    let decoded = try #require(Data(base64Encoded: String(run)))
                    let plain = String(decoding: decoded, as: UTF8.self)
                    #expect(!plain.contains(secret))
                    #expect(plain.contains(Planted.placeholder(kind, secret)), "\(kind) \(padding)")
                }
            }
        }
    }

    @Test func aPrivateKeyGoesAsAWhole() {
        let body = (0..<20).map { _ in "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj" }
        for label in [
            "PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK",
        ] {
            let lines = ["-----BEGIN \(label)-----"] + body + ["-----END \(label)-----"]
            let compact = lines.joined()
            let marker = Planted.placeholder(.privateKey, compact.filter { $0 != " " })
            #expect(Planted.masked("a\n" + lines.joined(separator: "\n") + "\nb") == "a\n\(marker)\nb")
            #expect(
                Planted.masked("{\"k\":\"" + lines.joined(separator: "\\n") + "\\n\"}", .json)
                    == "{\"k\":\"\(marker)\\n\"}"
            )
            #expect(
                Planted.masked("{\"private_key\":\"" + lines.joined(separator: "\\n") + "\\n\"}", .json)
                    == "{\"private_key\":\"\(marker)\\n\"}"
            )
        }
    }

    @Test(arguments: [
        (#"{"password":"hunter22!x"}"#, "hunter22!x"),
        (#"{"password": "correct-horse-battery"}"#, "correct-horse-battery"),
        (#"{"cmd":"{\"password\": \"pa55 w0rd\\\"x\"}"}"#, #"pa55 w0rd\\\"x"#),
        (#"{"client_secret":"8Q~3kLm9Zx1vB"}"#, "8Q~3kLm9Zx1vB"),
        (#"{"access_token":"abc"}"#, "abc"),
        (#"{"refresh_token":"correct"}"#, "correct"),
        ("DB_PASSWORD=hunter22\n", "hunter22"),
        ("export SERVICE_TOKEN=a81f3c99d2\n", "a81f3c99d2"),
        ("password: 's3cret-99'\n", "s3cret-99"),
        ("login --password hunter22x now", "hunter22x"),
        ("<password>hunter22x</password>", "hunter22x"),
        ("postgres://app:hunter2@db.host:5432/x", "hunter2"),
        ("https://user:p%40ss@example.com/", "p%40ss"),
        ("Authorization: Basic dXNlcjpodW50ZXIy\n", "dXNlcjpodW50ZXIy"),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYZZZZZZZKEY1\n",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYZZZZZZZKEY1"
        ),
        (
            #"{"Secret\u0041ccessKey":"wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYZZZZZZZKEY"}"#,
            #"wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYZZZZZZZKEY"#
        ),
    ])
    func valuesNextToNamesGo(text: String, secret: String) {
        let masked = Planted.masked(text)
        #expect(!masked.contains(secret), "\(masked)")
        #expect(masked.contains("***masked:"))
        let parts = text.split(separator: secret, omittingEmptySubsequences: false)
        #expect(masked.hasPrefix(parts[0]) && masked.hasSuffix(parts[parts.count - 1]), "\(masked)")
        #expect(Planted.masked(masked) == masked)
    }

    @Test func anEqualSecretHasAnEqualTagEverywhere() {
        let secret = Planted.secrets[0].text
        let expected = Planted.placeholder(.anthropic, secret)
        #expect(Planted.header("x-api-key", secret) == expected)
        #expect(Planted.header("Authorization", "Bearer \(secret)") == "Bearer \(expected)")
        #expect(Planted.masked("api_key=\(secret)&x=1", .form) == "api_key=\(expected)&x=1")
        #expect(Planted.masked("{\"access_token\":\"\(secret)\"}", .json) == "{\"access_token\":\"\(expected)\"}")
    }
}
