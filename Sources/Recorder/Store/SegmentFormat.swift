/// The layout of a segment file.
///
/// ```
/// file  = "TDSEG" version:u8 0 0, then frames
/// frame = length:u32  crc32:u32  type:u8  payload[length]      little-endian; the CRC covers type and payload
/// piece    payload = SHA-256 of the content (32 bytes), content
/// exchange payload = fields of `ExchangeCoding`
/// gap      payload = fields of `RecordingGap`
/// opening  payload = fields: 1 the number that the next exchange of the store gets
/// ```
///
/// A frame that is cut off or fails its CRC ends the readable part of the file; the writer truncates it away when it
/// opens the segment again. References between frames are byte offsets within the same segment.
package enum SegmentFormat {
    /// What a frame holds.
    package enum FrameType: UInt8, Sendable {
        case piece = 1
        case exchange = 2
        case gap = 3
        case opening = 4
    }

    /// The version this program writes, and the newest it reads.
    package static let version: UInt8 = 1
    /// The first bytes of the file.
    package static let magic: [UInt8] = Array("TDSEG".utf8) + [version, 0, 0]
    /// Bytes before a frame's payload.
    package static let frameHeaderLength = 9
    /// Bytes of a digest before a piece's content.
    package static let digestLength = 32
    /// The longest payload that is believed; a longer length is damage.
    package static let maximumPayload = 64 << 20
}
