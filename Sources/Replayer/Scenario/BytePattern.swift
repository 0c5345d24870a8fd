/// Bytes to look for, prepared once (Horspool's search): it looks at few bytes of a large body.
struct BytePattern: Sendable, Hashable {
    private let bytes: [UInt8]
    /// How far the pattern moves when its last byte stands over this one.
    private let shifts: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var shifts = [Int](repeating: max(1, bytes.count), count: 256)
        for (place, byte) in bytes.dropLast().enumerated() { shifts[Int(byte)] = bytes.count - 1 - place }
        self.shifts = shifts
    }

    /// Tells whether the bytes are somewhere in others; no bytes are everywhere.
    func isIn(_ body: [UInt8]) -> Bool {
        guard let last = bytes.last else { return true }
        return body.withUnsafeBufferPointer { body in
            bytes.withUnsafeBufferPointer { bytes in
                shifts.withUnsafeBufferPointer { shifts in
                    var end = bytes.count - 1
                    while end < body.count {
                        let found = body[end]
                        if found == last {
                            var place = 0
                            let start = end - bytes.count + 1
                            while place < bytes.count, body[start + place] == bytes[place] { place += 1 }
                            if place == bytes.count { return true }
                        }
                        end += shifts[Int(found)]
                    }
                    return false
                }
            }
        }
    }
}
