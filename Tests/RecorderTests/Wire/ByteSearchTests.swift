import Recorder
import Testing

struct ByteSearchTests {
    private func all(_ part: String, _ text: String) -> [Range<Int>] {
        Array(text.utf8).withUnsafeBytes { ByteSearch.all(of: Array(part.utf8), in: $0) }
    }

    @Test("a text is found wherever it stands, also at the end")
    func aTextIsFoundWhereverItStands() {
        #expect(all("aab", "aaabxaab") == [1..<4, 5..<8])
        #expect(all("aa", "aaaaa") == [0..<2, 2..<4])
        #expect(all("abc", "ab") == [])
        #expect(all("", "ab") == [])
        #expect(all("a", "") == [])
    }

    @Test("the first place is the one from where the search begins")
    func theFirstPlace() {
        Array("abab".utf8).withUnsafeBytes { bytes in
            #expect(ByteSearch.first(of: Array("ab".utf8), in: bytes) == 0..<2)
            #expect(ByteSearch.first(of: Array("ab".utf8), in: bytes, from: 1) == 2..<4)
            #expect(ByteSearch.first(of: Array("ab".utf8), in: bytes, from: 3) == nil)
            #expect(ByteSearch.first(of: Array("ab".utf8), in: bytes, from: 4) == nil)
        }
    }
}
