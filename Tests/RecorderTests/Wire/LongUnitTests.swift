import Testing

@testable import Recorder

@Suite("Splitting long units")
struct LongUnitTests {
    private func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = WireRandom(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 32...126, using: &random) }
    }

    private func split(_ bytes: [UInt8]) -> [Range<Int>] {
        bytes.withUnsafeBytes { BodyCutter.split(long: $0) }
    }

    @Test("covers the run with pieces of 16 to 64 KiB", arguments: [65_537, 100_000, 1_000_000])
    func covers(count: Int) {
        for bytes in [randomBytes(count, seed: 3), Array(repeating: 0x61, count: count)] {
            let ranges = split(bytes)
            #expect(ranges.count > 1)
            #expect(ranges.flatMap { [$0.lowerBound, $0.upperBound] }.dropFirst().dropLast().chunkedPairsAreEqual)
            #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == count)
            #expect(ranges.dropLast().allSatisfy { (16_384...65_536).contains($0.count) })
            #expect(ranges.last.map { (1...65_536).contains($0.count) } == true)
        }
    }

    @Test("leaves a run up to 64 KiB in one piece", arguments: [1, 16_384, 65_536])
    func short(count: Int) {
        #expect(split(randomBytes(count, seed: 4)) == [0..<count])
        #expect(split([]).isEmpty)
    }

    @Test("an insertion changes the pieces around it only")
    func insertion() {
        let old = randomBytes(2_000_000, seed: 5)
        var new = old
        new.insert(contentsOf: [1, 2, 3, 4, 5], at: 700_000)
        let known = Set(split(old).map { Array(old[$0]) })
        let fresh = split(new).filter { !known.contains(Array(new[$0])) }
        #expect((1...6).contains(fresh.count))
        #expect(split(new).count > 30)
    }
}

extension Collection where Element == Int {
    /// Whether the first and second, third and fourth, … are equal: each piece begins where the one before ends.
    fileprivate var chunkedPairsAreEqual: Bool {
        let values = Array(self)
        return stride(from: 0, to: values.count - 1, by: 2).allSatisfy { values[$0] == values[$0 + 1] }
    }
}
