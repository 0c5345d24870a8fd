import Testing

@testable import Recorder

@Suite
struct RecordCodingTests {
    /// The examples of the Protocol Buffers documentation, and the borders.
    @Test(
        "a varint and its bytes",
        arguments: [
            (0, [0x00]), (1, [0x01]), (127, [0x7F]), (128, [0x80, 0x01]), (150, [0x96, 0x01]), (300, [0xAC, 0x02]),
            (16_383, [0xFF, 0x7F]), (16_384, [0x80, 0x80, 0x01]),
            (UInt64.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
        ] as [(UInt64, [UInt8])]
    )
    func aVarintAndItsBytes(value: UInt64, bytes: [UInt8]) throws {
        var writer = RecordWriter()
        writer.varint(value)
        #expect(writer.bytes == bytes)
        var reader = RecordReader(bytes[...])
        #expect(try reader.varint() == value)
        #expect(reader.isAtEnd)
    }

    @Test(
        "a signed field and its bytes",
        arguments: [
            (0, [0x02, 0x00]), (-1, [0x02, 0x01]), (1, [0x02, 0x02]), (-2, [0x02, 0x03]),
            (2_147_483_647, [0x02, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F]),
            (Int64.min, [0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
        ] as [(Int64, [UInt8])]
    )
    func aSignedFieldAndItsBytes(value: Int64, bytes: [UInt8]) throws {
        var writer = RecordWriter()
        writer.field(1, signed: value)
        #expect(writer.bytes == bytes)
        var reader = RecordReader(bytes[...])
        #expect(try reader.next()?.value.signed == value)
    }

    @Test(
        "a nested record has its length in front, however long it is",
        arguments: [0, 1, 127, 128, 16_383, 16_384, 70_000]
    )
    func aNestedRecordHasItsLengthInFront(length: Int) throws {
        let content = [UInt8](repeating: 0x41, count: length)
        var nested = RecordWriter()
        nested.field(3) { $0.field(1, bytes: content) }
        nested.field(2, 7)
        var reader = RecordReader(nested.bytes[...])
        let field = try #require(try reader.next())
        #expect(field.number == 3)
        var inner = RecordReader(try field.value.bytes)
        #expect(try inner.next()?.value.bytes.elementsEqual(content) == true)
        #expect(inner.isAtEnd)
        #expect(try reader.next()?.value.number == 7)
        #expect(try reader.next() == nil)
    }

    @Test(
        "a record that ends too early or counts too far is corrupt",
        arguments: [
            [0x80], [0x02, 0x80], [0x03, 0x05, 0x41], [0x03, 0x80], [0x03, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x03, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        ] as [[UInt8]]
    )
    func aRecordThatEndsTooEarlyOrCounts(bytes: [UInt8]) {
        var reader = RecordReader(bytes[...])
        #expect { while try reader.next() != nil {} } throws: { ($0 as? StoreError)?.code == .corrupt }
    }

    @Test("a field of the wrong kind is corrupt")
    func aFieldOfTheWrongKindIsCorrupt() {
        #expect(throws: StoreError.self) { try RecordReader.Value.number(1).bytes }
        #expect(throws: StoreError.self) { try RecordReader.Value.bytes([1]).number }
        #expect(throws: StoreError.self) { try RecordReader.Value.number(.max).int }
    }
}
