extension BodyCutter {
    /// Up to this length a run of bytes stays in one piece.
    package static let longestPiece = 64 << 10
    private static let shortestPiece = 16 << 10

    /// Splits a long run of bytes where its content says so, into pieces of 16 to 64 KiB.
    ///
    /// A cut depends only on the 64 bytes in front of it and on the cut before, so that an insertion moves the cuts
    /// around it and not those far behind (a gear hash, as in FastCDC).
    ///
    /// - Parameter bytes: The run.
    /// - Returns: Ranges that follow one another and cover the run; one range up to 64 KiB, none for an empty run. The
    ///   last may be shorter than 16 KiB.
    package static func split(long bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while bytes.count - start > longestPiece {
            let end = cutPoint(in: bytes, from: start)
            ranges.append(start..<end)
            start = end
        }
        if start < bytes.count { ranges.append(start..<bytes.count) }
        return ranges
    }

    private static func cutPoint(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        gear.withUnsafeBufferPointer { gear in
            var hash: UInt64 = 0
            let limit = start + longestPiece
            // The hash forgets a byte after 64 steps; a run-up before the shortest piece fills it.
            for position in (start + shortestPiece - 64)..<limit {
                hash = hash << 1 &+ gear[Int(bytes[position])]
                // 14 bits: a cut every 16 KiB beyond the first 16 on average. The top bits have seen the most bytes.
                if hash >> 50 == 0, position >= start + shortestPiece { return position + 1 }
            }
            return limit
        }
    }

    /// A fixed random number for each byte (SplitMix64 from seed 1); other numbers would cut elsewhere.
    private static let gear: [UInt64] = {
        var state: UInt64 = 1
        return (0..<256).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }()
}
