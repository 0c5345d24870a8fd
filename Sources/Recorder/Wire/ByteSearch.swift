#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Finds bytes in other bytes.
package enum ByteSearch {
    /// Where some bytes stand first.
    ///
    /// - Parameters:
    ///   - part: the bytes; none are found nowhere.
    ///   - bytes: where to look.
    ///   - start: where to begin.
    /// - Returns: `nil` when they don't stand there.
    package static func first(of part: [UInt8], in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Range<Int>? {
        guard let first = part.first, let base = bytes.baseAddress else { return nil }
        var position = start
        while position + part.count <= bytes.count,
            let found = memchr(base + position, Int32(first), bytes.count - part.count + 1 - position)
        {
            let place = UnsafeRawPointer(found) - base
            let isHere = part.withUnsafeBytes { part in
                part.baseAddress.map { memcmp(base + place, $0, part.count) == 0 } ?? false
            }
            if isHere { return place..<(place + part.count) }
            position = place + 1
        }
        return nil
    }

    /// Where some bytes stand, from left to right, without overlaps.
    package static func all(of part: [UInt8], in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        while let range = first(of: part, in: bytes, from: ranges.last?.upperBound ?? 0) { ranges.append(range) }
        return ranges
    }
}
