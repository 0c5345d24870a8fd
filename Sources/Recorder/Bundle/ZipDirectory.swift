#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The directory at the end of a zip file, which a reader from the front does not need: whether it is whole.
///
/// Source: APPNOTE.TXT 6.3.10, section 4.3.16 (end of central directory record) and 4.3.14 (zip64).
enum ZipDirectory {
    private static let localMark: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    private static let endMark: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    private static let entryMark: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    private static let endLength = 22

    /// Looks at the end of a file.
    ///
    /// - Returns: what is wrong with it, in words; `nil` when nothing is, or the file is no zip.
    /// - Throws: `StoreError` when the file can't be read.
    static func fault(path: String) throws(StoreError) -> String? {
        let file = try Descriptor(path: path, flags: O_RDONLY)
        let length = try file.status().length
        guard length >= 4, try file.read(count: 4, at: 0) == localMark else { return nil }
        let tail = try file.read(count: min(length, endLength + 0xFFFF), at: length - min(length, endLength + 0xFFFF))
        guard let end = tail.indices.reversed().first(where: { isEnd(tail, at: $0) }) else {
            return "the directory at the end of the zip is not there: it is cut off"
        }
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(tail[end + offset + $1]) << (8 * $1) }
        }
        let (size, start) = (number(12, 4), number(16, 4))
        // The true numbers stand in a zip64 record then.
        guard size != 0xFFFF_FFFF, start != 0xFFFF_FFFF, number(10, 2) != 0xFFFF else { return nil }
        let place = length - tail.count + end
        guard start + size <= place, try count(file, start, size) == number(10, 2) else {
            return "the directory at the end of the zip is damaged: unzip may not read it"
        }
        return nil
    }

    /// The record is the last thing but for a comment, whose length it knows.
    private static func isEnd(_ tail: [UInt8], at start: Int) -> Bool {
        guard start + endLength <= tail.count, tail[start..<(start + 4)].elementsEqual(endMark) else { return false }
        return start + endLength + Int(tail[start + 20]) + Int(tail[start + 21]) << 8 == tail.count
    }

    /// Entries that follow one another without a gap.
    private static func count(_ file: borrowing Descriptor, _ start: Int, _ size: Int) throws(StoreError) -> Int? {
        let bytes = try file.read(count: size, at: start)
        var (position, entries) = (0, 0)
        while position + 46 <= bytes.count {
            guard bytes[position..<(position + 4)].elementsEqual(entryMark) else { return nil }
            let lengths = stride(from: 28, through: 32, by: 2).reduce(0) {
                $0 + Int(bytes[position + $1]) + Int(bytes[position + $1 + 1]) << 8
            }
            position += 46 + lengths
            entries += 1
        }
        return position == bytes.count ? entries : nil
    }
}
