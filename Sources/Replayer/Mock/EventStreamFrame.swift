import CZlib

/// A frame of `application/vnd.amazon.eventstream`, all of whose headers are strings.
///
/// Big-endian: total length, headers' length, CRC-32 of those eight bytes, headers, payload, CRC-32 of all before.
struct EventStreamFrame: Sendable, Hashable {
    /// Names, at most 255 bytes, and values, at most 65,535 bytes; what is longer is cut.
    var headers: [ScriptedHeader]
    var payload: [UInt8]

    /// The bytes on the wire.
    var bytes: [UInt8] {
        var block: [UInt8] = []
        for header in headers {
            let name = header.name.utf8.prefix(255)
            let value = header.value.utf8.prefix(65_535)
            block.append(UInt8(truncatingIfNeeded: name.count))
            block += name
            // Type 7: a string with a length of two bytes.
            block.append(7)
            block += Self.bigEndian(UInt16(truncatingIfNeeded: value.count))
            block += value
        }
        var frame = Self.bigEndian(UInt32(truncatingIfNeeded: 16 + block.count + payload.count))
        frame += Self.bigEndian(UInt32(truncatingIfNeeded: block.count))
        frame += Self.bigEndian(Self.checksum(frame))
        frame += block
        frame += payload
        return frame + Self.bigEndian(Self.checksum(frame))
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { buffer in
            UInt32(truncatingIfNeeded: crc32(0, buffer.baseAddress, uInt(buffer.count)))
        }
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
