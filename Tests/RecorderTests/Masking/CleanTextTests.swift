import Testing

@testable import Recorder

/// Text without secrets comes back byte for byte.
struct CleanTextTests {
    static let texts: [String] = [
        "<task-notification>\n<task-id>b81f3c99d2</task-id>\n</task-notification>",
        "\\u003ctask-notification-with-a-very-long-name-2025\\u003e",
        #"{"max_tokens":1000,"input_tokens":2095,"token_count":17,"tokens":{"input":1}}"#,
        #"{"next_page_token":"CAUQAA9fk3Jd82kdLs0","stop_token":"<|endoftext|>"}"#,
        #"{"id":"msg_01XFDUDYJgAACzvnptvVoYEL","tool_use_id":"toolu_01A09q90qw90lq917835lq9"}"#,
        #"{"request_id":"req_011CSHoEeqs5C35K2UUqR7Fy","uuid":"550e8400-e29b-41d4-a716-446655440000"}"#,
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8\nsha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        #"{"type":"thinking_delta","signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds8K1w9n3YQ+h/jQ3p5/9Zr1aUeVbPq=="}"#,
        #"{"encrypted_content":"Eo8BCioIARgCIiQ3YTAwMjY1Mi1mZjM5LTQ1NGUtODgxNC1kNjNjNTk1ZWI3Y2ESDA"}"#,
        #"{"cache_control":{"type":"ephemeral","ttl":"1h"},"model":"claude-sonnet-4-5-20250929"}"#,
        "token = get_token()\npassword = user.password\nsecret: SecretType\nlet key = keys[0]\napi_key=api_key,",
        "self.password = password\nauth = authenticate(user)\nreturn token",
        #"const apiKey = process.env.ANTHROPIC_API_KEY; const t = "${TOKEN}"; key: "<your-api-key>""#,
        #"{"password":{"type":"string","description":"The user's password"},"token":{"type":"string"}}"#,
        #"{"password":"string","token":"xxxxxxxxxxxx","secret":"********","api_key":"YOUR_API_KEY_HERE","pwd":null}"#,
        #"{"password":"required","forgot_password":"Forgot your password?","passwordField":"password_input"}"#,
        "Use a bearer token for authentication. Bearer authentication is basic understanding.",
        "Authorization: Bearer <token>\nAuthorization: Bearer ${TOKEN}\nAuthorization: Bearer YOUR_TOKEN",
        "Basic authentication; basic information about things; Basic YWJj",
        "sk-learn, desk-top, risk-averse people, sk-ant-... and sk-ant-api03-... are prefixes; see sk-*",
        "npm install react@18.2.0 @types/node@20.11.5 left-pad@1.3.0-beta.rc\n@app.route('/x')\nicon@2x.png",
        "git clone git@github.com:owner/repository.git https://github.com/owner/repository https://user@host/x",
        "https://example.com/a%20b?x=%7B%22a%22%3A1%7D&y=100%25 and 50% of it, printf(\"%02d %s\")",
        "file:///usr/local/lib/python3.11/site-packages/something/very_long_module_name/__init__.py",
        #"{"path":"C:\\Users\\name\\token\\new\\secret\\test","regex":"\\d+\\w*\\u"}"#,
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
        "-----BEGIN CERTIFICATE-----\nMIIDXTCCAkWgAwIBAgIJAJC1HiIAZAiIMA0GCSqGSIb3\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
        "The secret: never give up. The key: practice. Password: at least eight characters, please.",
        "AKIA is a prefix; ASIATIC; AIzawa; eyJ; ghp_; xoxb-; ccf_; GOCSPX-; 1//0",
        "grüße 你好 \u{1F600} – naïve café “quoted”\u{0}\u{1}",
        #"{"a":"b\nc\td\"e\\f\/g\u00e9\ud83d\ude00"}"#,
        "event: ping\ndata: {\"type\": \"ping\"}\n\n: comment\n\ndata: [DONE]\n\n",
        "", "%", "\\", "\\u", "\\u00", "%4", "@", "=", "sk-", "token=", "password:", "\"password\":\"",
        #"{"usage":{"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"service_tier":"standard"}}"#,
        "TokenCount: 12345678, tokenizer=cl100k_base, keyboard=us-international, monkey = gorilla42",
        "if (token == null || secret !== undefined) { password += '' }",
        "parser.add_argument('--token', help='API token to use')\n--api-key TEXT  Your key\n--password <value>",
    ]

    @Test(arguments: texts)
    func itComesBackUnchanged(text: String) {
        for syntax in [TextSyntax.text, .json, .eventStream] {
            #expect(Planted.masked(text, syntax) == text)
        }
    }

    @Test(arguments: [
        "beta=true", "limit=20&after_id=msg_01XFDUDYJgAACzvnptvVoYEL", "claude-code-user=alice", "a=b=c&&d",
    ])
    func ordinaryQueriesStay(query: String) {
        #expect(Planted.masked(query, .form) == query)
    }

    @Test func randomTextsNeverCrashAndMaskingTwiceChangesNothing() {
        var random = SplitMix(seed: 0xF022)
        let parts = [
            "\"password\":", "\"", "\\", "\\u0073", "%73", "sk-ant-", "api03-", "@", "example.com", "://", ":", "=",
            "Bearer ", "Basic ", "eyJ", ".", "\n", "data: {\"delta\":{\"text\":\"", "\"}}\n\n",
            "dXNlcjpodW50ZXIyaHVudGVyMg==", "token", "Xk92jQ0ZpL", "***masked:secret:01234567***", "secret:", "\\/",
            "&", "{", "}",
        ]
        for round in 0..<4000 {
            var bytes: [UInt8] = []
            // Every other text is garbage, in which a placeholder may bring parts together that were apart before.
            let isGarbage = round % 8 < 4
            for _ in 0..<Int.random(in: 1...24, using: &random) {
                if !isGarbage { bytes.append(0x20) }
                if Int.random(in: 0..<6, using: &random) == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                } else {
                    bytes += Array((parts.randomElement(using: &random) ?? "").utf8)
                }
            }
            let syntax = [TextSyntax.text, .json, .eventStream, .form][round % 4]
            let once = bytes.withUnsafeBytes { Planted.masker.masked($0, as: syntax) } ?? bytes
            if isGarbage { continue }
            let twice = once.withUnsafeBytes { Planted.masker.masked($0, as: syntax) } ?? once
            #expect(
                String(decoding: once, as: UTF8.self) == String(decoding: twice, as: UTF8.self),
                "\(String(decoding: bytes, as: UTF8.self))"
            )
        }
    }
}
