import Recorder

extension Digest {
    /// 0 if both are the same, found out in the same time whatever they are.
    func difference(_ other: Digest) -> UInt64 {
        withBytes { mine in
            other.withBytes { theirs in
                var difference: UInt64 = 0
                for offset in stride(from: 0, to: 32, by: 8) {
                    difference |=
                        mine.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                        ^ theirs.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                }
                return difference
            }
        }
    }
}
