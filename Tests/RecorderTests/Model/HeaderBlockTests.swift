import Recorder
import Testing

@Suite
struct HeaderBlockTests {
    private let lines = [
        HeaderField("Host", "a"), HeaderField("x-A", "1"), HeaderField("X-a", "2"), HeaderField("Empty", ""),
    ]

    @Test("lines keep order, case and repeats")
    func linesKeepOrderCaseAndRepeats() {
        let block = HeaderBlock(lines)
        #expect(Array(block) == lines)
        #expect(block.count == 4)
        #expect(HeaderBlock().isEmpty)
    }

    @Test("the first line of a name is found in any case")
    func theFirstLineOfANameIsFound() {
        let block = HeaderBlock(lines)
        #expect(block.first("X-A") == "1")
        #expect(block.first("empty") == "")
        #expect(block.first("x-b") == nil)
        #expect(block.first("x-") == nil)
    }

    @Test(
        "only letters have two cases",
        arguments: [("a-b", "A-B", true), ("a", "b", false), ("a", "aa", false), ("[", "{", false), ("@", "`", false)]
    )
    func onlyLettersHaveTwoCases(left: String, right: String, equal: Bool) {
        #expect(left.equalsIgnoringCase(right) == equal)
    }

    @Test("bytes are kept and read as UTF-8, else as ISO 8859-1")
    func bytesAreKeptAndReadAsUtf8() {
        var block = HeaderBlock()
        block.append(name: "n".utf8, value: [0x47, 0xC3, 0xBC])
        block.append(name: "n".utf8, value: [0x47, 0xFC, 0x80])
        #expect(block.map(\.value) == ["Gü", "Gü\u{80}"])
        #expect(Array(block.value(at: 1)) == [0x47, 0xFC, 0x80])
        #expect(Array(block.name(at: 1)) == [0x6E])
    }

    @Test("blocks are equal byte for byte and border for border")
    func blocksAreEqualByteForByteAndBorder() {
        #expect(HeaderBlock(lines) == HeaderBlock(lines))
        #expect(HeaderBlock([HeaderField("ab", "c")]) != HeaderBlock([HeaderField("a", "bc")]))
        #expect(HeaderBlock([HeaderField("a", "b")]) != HeaderBlock([HeaderField("A", "b")]))
        #expect(HeaderBlock(lines) != HeaderBlock(lines.reversed()))
    }
}
