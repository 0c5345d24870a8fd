import TestSupport
import Testing

@testable import Replayer

struct MatchingFuzzTests {
    /// Random JSON that can be spelled in many ways.
    private indirect enum Value {
        case object([(String, Value)])
        case array([Value])
        case text(String)
        case whole(Int)
        case word(String)
    }

    private static let names = [
        "a", "b", "role", "type", "text", "é", "grün", "x y", "\"", "\u{1F600}", "input", "n\n",
    ]
    private static let texts = [
        "", "one", "two words", "tab\there", "ü ✓ 𝄞", "\\ / \"", "line\nline", "msg_01AbCdEfGh", "0",
    ]

    private static func value(_ depth: Int, _ random: inout SeededGenerator) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
        case 0: return .text(texts.randomElement(using: &random) ?? "")
        case 1: return .whole(Int.random(in: -2000...2000, using: &random))
        case 2: return .word(["true", "false", "null"].randomElement(using: &random) ?? "")
        case 3: return .text(String(Int.random(in: 0...9, using: &random)))
        case 4:
            return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth - 1, &random) })
        default:
            let names = names.shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random))
            return .object(names.map { ($0, value(depth - 1, &random)) })
        }
    }

    /// One of the many spellings of a value.
    private static func spelled(_ value: Value, _ random: inout SeededGenerator) -> String {
        func gap() -> String { ["", "", " ", "\n", "\t\r\n "].randomElement(using: &random) ?? "" }
        switch value {
        case .object(let members):
            let parts = members.shuffled(using: &random).map { name, member in
                gap() + quoted(name, &random) + gap() + ":" + gap() + spelled(member, &random) + gap()
            }
            return "{" + gap() + parts.joined(separator: ",") + "}"
        case .array(let elements):
            let parts = elements.map { gap() + spelled($0, &random) + gap() }
            return "[" + gap() + parts.joined(separator: ",") + "]"
        case .text(let text): return quoted(text, &random)
        case .word(let word): return word
        case .whole(let number):
            switch Int.random(in: 0..<5, using: &random) {
            case 0: return "\(number).0"
            case 1: return "\(number)e0"
            case 2 where number != 0: return "\(number)0E-1"
            case 3: return "\(number).000e+00"
            default: return "\(number)"
            }
        }
    }

    private static func quoted(_ text: String, _ random: inout SeededGenerator) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || Int.random(in: 0..<4, using: &random) == 0 {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private func face(_ body: String) -> RequestFace { face(Array(body.utf8)) }

    private func face(_ body: [UInt8]) -> RequestFace {
        RequestFace(method: "POST", path: "/v1/messages", query: nil, body: body)
    }

    @Test("however a body is spelled, it is the same request")
    func howeverABodyIsSpelled() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3000 {
            let value = Value.object([("model", .text("m")), ("system", Self.value(4, &random)), ("n", .whole(100))])
            let (one, other) = (Self.spelled(value, &random), Self.spelled(value, &random))
            let rung = face(one).rung(face(other))
            #expect(rung == (one == other ? .exact : .normalised), "\(one) | \(other)")
            let difference = FirstDifference.between(
                recorded: Array(one.utf8),
                received: Array(other.utf8),
                at: .normalised
            )
            #expect(difference == nil, "\(one) | \(other)")
        }
    }

    @Test("bodies of two values differ in what the first difference names")
    func bodiesOfTwoValues() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let (one, other) = (Self.value(3, &random), Self.value(3, &random))
            let (before, now) = (Self.spelled(one, &random), Self.spelled(other, &random))
            let isSame = face(before).rung(face(now)) <= .normalised
            let difference = FirstDifference.between(
                recorded: Array(before.utf8),
                received: Array(now.utf8),
                at: .normalised
            )
            #expect((difference == nil) == isSame, "\(before) | \(now)")
            #expect(difference.map { $0.recorded != $0.received } ?? true, "\(before) | \(now)")
        }
    }

    @Test("a changed character of the last message is another request")
    func aChangedCharacterOfTheLastMessage() {
        var random = SeededGenerator(seed: 3)
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for _ in 0..<2000 {
            let history = Self.spelled(Self.value(3, &random), &random)
            let words = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                String(
                    (0..<Int.random(in: 1...9, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a"
                    }
                )
            }
            var text = Array(words.joined(separator: " "))
            func body() -> String {
                #"{"model":"m","messages":[{"role":"user","content":\#(history)},{"role":"user","content":"\#(String(text))"}]}"#
            }
            let recorded = face(body())
            let place = Int.random(in: 0..<text.count, using: &random)
            let old = text[place]
            text[place] = old == "!" ? "?" : "!"
            #expect(recorded.rung(face(body())) == .unmatched)
            text[place] = old
            #expect(recorded.rung(face(body())) == .exact)
        }
    }

    @Test("no bytes bring the comparison down")
    func noBytesBringItDown() {
        var random = SeededGenerator(seed: 4)
        let alphabet = Array(#"{}[]",:\u0019eE+-. truefalsn*"#.utf8) + [0x00, 0x80, 0xC3, 0xA9, 0xFF, 0x0A]
        let seed =
            #"{"model":"m","stream":true,"messages":[{"role":"user","content":"a 2026-11-20 toolu_01AbCdEfGh"}],"n":1.5e3}"#
        var previous = Array(seed.utf8)
        for round in 0..<4000 {
            let bytes = random.mutate(round % 10 == 0 ? Array(seed.utf8) : previous, alphabet: alphabet)
            let (one, other) = (face(previous), face(bytes))
            #expect(one.rung(other) == other.rung(one))
            #expect(other.rung(other) == .exact)
            for rung in MatchRung.allCases where rung != .unmatched {
                let difference = FirstDifference.between(recorded: previous, received: bytes, at: rung)
                if rung == .exact { #expect((difference == nil) == (one.rung(other) == .exact)) }
            }
            previous = bytes
        }
    }
}
