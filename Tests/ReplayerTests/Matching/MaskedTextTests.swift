import Foundation
import Testing

@testable import Replayer

struct MaskedTextTests {
    @Test("tags of placeholders are left out")
    func tagsAreLeftOut() {
        #expect(MaskedText.withoutTags("a ***masked:github:0123abcd*** b") == "a ***masked:github*** b")
        #expect(MaskedText.withoutTags("<***email:0123abcd***>") == "<***masked:email***>")
        #expect(MaskedText.withoutTags("***masked:github:0123ABCD***") == "***masked:github:0123ABCD***")
    }

    @Test(
        "tags inside base64 are zeros, wherever the placeholder lies",
        arguments: 0..<9,
        ["masked:anthropic", "email"]
    )
    func tagsInsideBase64(shift: Int, kind: String) {
        func text(_ tag: String, _ end: String, urlSafe: Bool = false) -> String {
            let plain =
                String(repeating: "ÿ", count: shift / 2) + String(repeating: "x", count: shift % 2)
                + "***\(kind):\(tag)***" + end
            let standard = Data(plain.utf8).base64EncodedString()
            let data = urlSafe ? standard.replacing("+", with: "-").replacing("/", with: "_") : standard
            return "{\"data\":\"" + data + "\",\"n\":1}"
        }
        for end in ["", "a", "bc", "***", " and ***email:11111111***"] {
            let zeros = end.replacing("11111111", with: "00000000")
            for urlSafe in [false, true] {
                let tagged = text("1f2e3d4c", end, urlSafe: urlSafe)
                #expect(MaskedText.withoutTags(tagged) == text("00000000", zeros, urlSafe: urlSafe))
            }
        }
        #expect(MaskedText.withoutTags(text("1f2e3d4", "")) == text("1f2e3d4", ""))
    }

    @Test("base64 that is cut off or holds no placeholder stays as it is")
    func otherBase64() {
        let encoded = Data("x***masked:jwt:01234567***".utf8).base64EncodedString()
        for length in 0..<encoded.count {
            let cut = String(encoded.prefix(length))
            let zeros = Data("x***masked:jwt:00000000***".utf8).base64EncodedString().prefix(length)
            let result = MaskedText.withoutTags(cut)
            #expect(result == cut || result == zeros)
            #expect(length < 36 || result == zeros)
        }
        // The characters before the mark are missing.
        let tail = String(encoded.dropFirst(2))
        #expect(MaskedText.withoutTags(tail) == tail)
    }
}
