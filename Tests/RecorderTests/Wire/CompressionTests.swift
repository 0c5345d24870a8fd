import TestSupport
import Testing

@testable import Recorder

struct CompressionTests {
    /// `gzip.compress(b"hello hello hello", mtime=0)` of Python.
    static let gzipHello: [UInt8] = [
        0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 2, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x90, 0x00,
        0x80, 0x88, 0xF9, 0xE5, 0x11, 0, 0, 0,
    ]
    /// `zlib.compress(b"hello hello hello")` of Python.
    static let zlibHello: [UInt8] = [
        0x78, 0x9C, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x90, 0x00, 0x3A, 0x2E, 0x06, 0x7D,
    ]
    static let rawHello = Array(zlibHello[2..<(zlibHello.count - 4)])
    static let hello = Array("hello hello hello".utf8)

    static func unpack(
        _ bytes: [UInt8],
        _ format: InflateStream.Format,
        pieces: Int = .max,
        limit: Int = 1 << 20
    ) throws -> (bytes: [UInt8], isFinished: Bool) {
        var stream = try InflateStream(format)
        var output: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let end = pieces < bytes.count - position ? position + pieces : bytes.count
            try bytes[position..<end].withUnsafeBytes { try stream.inflate($0, into: &output, limit: limit) }
            position = end
        }
        return (output, stream.isFinished)
    }

    @Test(arguments: [1, 2, 3, 7, Int.max])
    func foreignStreamsUnpackInPiecesOfAnySize(pieces: Int) throws {
        for (bytes, format) in [
            (Self.gzipHello, InflateStream.Format.gzip), (Self.zlibHello, .deflate), (Self.rawHello, .deflate),
        ] {
            let result = try Self.unpack(bytes, format, pieces: pieces)
            #expect(result.bytes == Self.hello)
            #expect(result.isFinished)
        }
    }

    @Test(arguments: [1, 5, Int.max])
    func membersOfAGzipStreamFollowOneAnother(pieces: Int) throws {
        let result = try Self.unpack(Self.gzipHello + Self.gzipHello, .gzip, pieces: pieces)
        #expect(result.bytes == Self.hello + Self.hello)
    }

    @Test func bytesBehindTheEndAreAnError() {
        for (bytes, format) in [(Self.gzipHello, InflateStream.Format.gzip), (Self.zlibHello, .deflate)] {
            #expect(throws: CompressionError(.trailingBytes)) { try Self.unpack(bytes + [0x41], format) }
        }
    }

    @Test func aWrongChecksumIsCorrupt() {
        var bytes = Self.gzipHello
        bytes[21] ^= 1
        #expect(throws: CompressionError(.corrupt)) { try Self.unpack(bytes, .gzip) }
        #expect(throws: CompressionError(.corrupt)) { try Self.unpack(Array("plain text".utf8), .gzip) }
    }

    @Test func aTruncatedStreamGivesWhatItHasAndIsUnfinished() throws {
        let result = try Self.unpack(Array(Self.gzipHello.dropLast(8)), .gzip)
        #expect(result.bytes == Self.hello)
        #expect(!result.isFinished)
    }

    @Test func aBombStopsAtTheLimit() throws {
        var packer = try DeflateStream(.gzip)
        var bomb: [UInt8] = []
        [UInt8](repeating: 0x20, count: 1 << 20).withUnsafeBytes { packer.deflate($0, flush: .finish, into: &bomb) }
        #expect(throws: CompressionError(.limitExceeded)) { try Self.unpack(bomb, .gzip, limit: (1 << 20) - 1) }
        #expect(try Self.unpack(bomb, .gzip, limit: 1 << 20).bytes.count == 1 << 20)
    }

    @Test(arguments: [InflateStream.Format.gzip, .deflate])
    func aSyncFlushMakesEverythingSoFarReadable(format: InflateStream.Format) throws {
        var packer = try DeflateStream(format)
        var packed: [UInt8] = []
        var expected: [UInt8] = []
        for number in 0..<200 {
            let part = Array("event number \(number)\n".utf8)
            expected += part
            part.withUnsafeBytes { packer.deflate($0, flush: .sync, into: &packed) }
            let result = try Self.unpack(packed, format)
            #expect(result.bytes == expected)
            #expect(!result.isFinished)
        }
        packer.deflate(UnsafeRawBufferPointer(start: nil, count: 0), flush: .finish, into: &packed)
        #expect(try Self.unpack(packed, format).isFinished)
    }

    @Test func damagedStreamsNeverCrash() throws {
        var random = SeededGenerator(seed: 0x5EED)
        for _ in 0..<3000 {
            var bytes = [Self.gzipHello, Self.zlibHello, Self.rawHello].randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let format: InflateStream.Format = Bool.random(using: &random) ? .gzip : .deflate
            let output = try? Self.unpack(bytes, format, pieces: Int.random(in: 1...9, using: &random), limit: 4096)
            #expect((output?.bytes.count ?? 0) <= 4096)
        }
    }
}
