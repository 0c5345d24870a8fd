import Glibc

extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes.
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let a = baseAddress, let b = other.baseAddress, count > 0 else { return count == 0 }
        return memcmp(a, b, count) == 0
    }

    /// How many bytes from `start` on equal those of another buffer from `otherStart` on.
    func commonLength(from start: Int, with other: UnsafeRawBufferPointer, from otherStart: Int) -> Int {
        let limit = Swift.min(count - start, other.count - otherStart)
        guard let base = baseAddress, let otherBase = other.baseAddress, limit > 0 else { return 0 }
        let a = base + start
        let b = otherBase + otherStart
        var length = 0
        // `memcmp` is the fastest comparison there is, but does not say where the difference lies.
        while length + 1024 <= limit, memcmp(a + length, b + length, 1024) == 0 { length += 1024 }
        while length + 8 <= limit {
            let difference =
                (a + length).loadUnaligned(as: UInt64.self).littleEndian
                ^ (b + length).loadUnaligned(as: UInt64.self).littleEndian
            guard difference == 0 else { return length + difference.trailingZeroBitCount >> 3 }
            length += 8
        }
        while length < limit,
            a.load(fromByteOffset: length, as: UInt8.self) == b.load(fromByteOffset: length, as: UInt8.self)
        {
            length += 1
        }
        return length
    }
}
