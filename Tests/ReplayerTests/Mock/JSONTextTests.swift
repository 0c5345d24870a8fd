import Testing

@testable import Replayer

struct JSONTextTests {
    @Test(arguments: [
        ("", #""""#),
        ("plain ü 🌍", #""plain ü 🌍""#),
        (#"a"b\c"#, #""a\"b\\c""#),
        ("\n\r\t\u{1}\u{1f}\u{7f}", "\"\\n\\r\\t\\u0001\\u001f\u{7f}\""),
        ("e\u{301}\r\n", "\"e\u{301}\\r\\n\""),
    ])
    func quotesAndEscapes(text: String, expected: String) {
        #expect(JSONText.quoted(text) == expected)
    }

    @Test(arguments: ["0", "-0", "7", "10", "-12", "0.5", "1.25e10", "1E-2", "2e+3"])
    func acceptsNumbers(text: String) {
        #expect(JSONText.isNumber(text))
    }

    @Test(arguments: ["", "-", "01", "+1", ".5", "5.", "1e", "1e+", "0x10", "1 ", "１", "NaN", "1_000"])
    func refusesWhatIsNoNumber(text: String) {
        #expect(!JSONText.isNumber(text))
    }
}
