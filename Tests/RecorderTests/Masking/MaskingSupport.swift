import Foundation

@testable import Recorder

/// Synthetic secrets, one or more for each kind; none of them ever worked anywhere.
enum Planted {
    static let masker = Masker(key: MaskingKey(bytes: Array(repeating: 7, count: 32)) ?? .random())

    /// Put together from halves, so that scanners of repositories do not take them for real ones.
    static let secrets: [(kind: MaskKind, text: String)] = [
        (
            .anthropic,
            "sk-ant-" + "api03-Zx81qWcLp2_Vn-77aaQe4RtY0uIoP9sDfGhJkLzXcVbNm1234567890qwertyQWERTY_asdfgh-ABAA"
        ),
        (.anthropic, "sk-ant-" + "oat01-Q1w2E3r4T5y6U7i8O9p0_AsDfGhJkL-zXcVbNm"),
        (.anthropic, "sk-ant-" + "api-free-1-xxx"),
        (.ccf, "ccf" + "_9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        (.aws, "AKIA" + "Q7ZK4WNP2XJTB3VD"),
        (.google, "AIza" + "SyD9x8Kq3Lm-2Np_Rt5Vw7Xz1Bc4Ef6Gh0J"),
        (.google, "ya29" + ".a0AfB_byC3dE5fG7hI9jK1lM3nO5pQ7rS9tU-vW1x"),
        (.google, "GOCSPX" + "-k3J9x2Lm5Np8Qr1St4Uv7Wx0Yz3Ab"),
        (.openai, "sk-" + "proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4T3BlbkFJO5p6Q7r8S9t0"),
        (.openai, "sk-" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5kL7nM9qR1tU3"),
        (.github, "ghp" + "_16C7e42F292c6912E7710c838347Ae178B4a"),
        (.github, "github" + "_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789abcdefghijklmnopqrstuvwxyzABCDE"),
        (.slack, "xoxb" + "-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"),
        (.stripe, "sk_live" + "_51HqLyjWDarjtT1zdp7dcXyZ"),
        (
            .jwt,
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0."
                + "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
        ),
        (.email, "ada.lovelace+test@example.org"),
    ]

    static func masked(_ text: String, _ syntax: TextSyntax = .text) -> String {
        let bytes = Array(text.utf8)
        let masked = bytes.withUnsafeBytes { masker.masked($0, as: syntax) }
        return masked.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    static func placeholder(_ kind: MaskKind, _ secret: String) -> String {
        String(decoding: masker.tagger.placeholder(kind, secret.utf8), as: UTF8.self)
    }

    static func header(_ name: String, _ value: String) -> String {
        let name = Array(name.utf8)
        let bytes = Array(value.utf8)
        let masked = name.withUnsafeBytes { name in
            bytes.withUnsafeBytes { masker.maskedHeaderValue(name: name, value: $0) }
        }
        return masked.map { String(decoding: $0, as: UTF8.self) } ?? value
    }

    static func isJSON(_ text: String) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    }
}

/// The ways in which a text may write a secret.
enum Spelling: CaseIterable {
    case plain, escapedWhole, escapedFirst, escapedUpper, escapedSome, escapedTwice, percentWhole, percentSome,
        percentTwice

    func write(_ text: String, random: inout SplitMix) -> String {
        var output = ""
        for (number, byte) in text.utf8.enumerated() {
            let plain = String(UnicodeScalar(byte))
            let hex = String(byte, radix: 16)
            let percentHex = "%" + (byte < 16 ? "0" : "") + hex
            switch self {
            case .plain: output += plain
            case .escapedWhole: output += "\\u00\(hex)"
            case .escapedFirst: output += number == 0 ? "\\u00\(hex)" : plain
            case .escapedUpper: output += "\\u00\(hex.uppercased())"
            case .escapedSome: output += Bool.random(using: &random) ? "\\u00\(hex)" : plain
            case .escapedTwice: output += number % 3 == 1 ? "\\\\u00\(hex)" : plain
            case .percentWhole: output += percentHex.uppercased()
            case .percentSome: output += Bool.random(using: &random) ? percentHex : plain
            case .percentTwice: output += number % 4 == 1 ? "%25\(hex)" : plain
            }
        }
        return output
    }
}

/// A repeatable source of random numbers: splitmix64.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
