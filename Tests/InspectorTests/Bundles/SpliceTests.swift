import TestSupport
import Testing

@testable import Inspector

struct SpliceTests {
    @Test("lengths follow: a replacement counts to the run in which it begins")
    func lengthsFollow() {
        let bytes = Array("aaSECRETbbSECcc".utf8)
        let splice = Splice([
            Splice.Edit(range: 10..<13, replacement: Array("***".utf8)),
            Splice.Edit(range: 2..<8, replacement: Array("#".utf8)),
        ])
        #expect(splice.applied(to: bytes) == Array("aa#bb***cc".utf8))
        #expect(splice.lengths(of: [15]) == [10])
        #expect(splice.lengths(of: [2, 13]) == [2, 8])
        #expect(splice.lengths(of: [4, 2, 9]) == [3, 0, 7])
        #expect(splice.lengths(of: [8, 7]) == [3, 7])
        #expect(splice.lengths(of: Array(repeating: 1, count: 15)) == [1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 3, 0, 0, 1, 1])
    }

    @Test("of edits that overlap the first and longest stays")
    func ofEditsThatOverlapTheFirstStays() {
        let edits = [(3..<5, "x"), (0..<2, "y"), (0..<4, "z")].map {
            Splice.Edit(range: $0.0, replacement: Array($0.1.utf8))
        }
        #expect(Splice(edits).applied(to: Array("abcdefg".utf8)) == Array("zefg".utf8))
    }
}
