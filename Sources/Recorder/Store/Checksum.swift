import CZlib

/// CRC-32 as zlib computes it (IEEE polynomial), over a frame's type and payload.
enum Checksum {
    static func crc32(type: UInt8, _ payload: UnsafeRawBufferPointer) -> UInt32 {
        var type = type
        let seed = CZlib.crc32(0, &type, 1)
        return extend(seed, payload)
    }

    static func extend(_ seed: UInt, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let content = bytes.bindMemory(to: UInt8.self)
        return UInt32(truncatingIfNeeded: crc32_z(seed, content.baseAddress, content.count))
    }
}
