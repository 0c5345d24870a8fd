import Testing

@testable import Recorder

/// A segment written by a program of its own after docs/segment-format.md: it must be readable for ever.
@Suite
struct GoldenSegmentTests {
    private static let hex = """
        54445345470100002d00000069b22fc001548f58d1c36c715b44f0863472074a97c448d5b8d18164b92adf55592b127f867b \
        226d6f64656c223a226d227d36000000d486fd1f0141d5ff29717082b8564917865874710c4fa6282b035f702154d7710215 \
        ca71df6576656e743a2070696e670a646174613a207b7d0a0aaf010000f059125e0203100199f3c21d2e7abc8def01234567 \
        89ab04ac020680a9a5eac9acb0060903732d310b03752d310d036b2d310f016d1001135c0304504f5354050c2f76312f6d65 \
        7373616765730709626574613d7472756509310004486f737401610009582d4170692d4b65791d2a2a2a6d61736b65643a61 \
        70695f6b65793a30626164636166652a2a2a0b08020d040d0702080215f5010309616e7468726f70696305067465616d2d61 \
        070f746865206f6e6c79207461726765740907737563636573730b1603067465616d2d62050c636f6f6c696e6720646f776e \
        0d206163636570742d656e636f64696e67206e6172726f77656420746f20677a69700ea00610c84c12e85214011880bcb2a3 \
        caacb0061b2d0304504f5354050c2f76312f6d657373616765730709626574613d74727565090a0004486f7374016202010c \
        011d490ec8010932000c636f6e74656e742d7479706511746578742f6576656e742d73747265616d000a726571756573742d \
        6964057265715f310b080216041607023e02110688270afa010c17200ec801091901020013782d746170656465636b2d6578 \
        6368616e676501650c0118011ab0540f0000001e4f61750966726f6d20746865206675747572652d0000008a93267b030280 \
        a096eac9acb0060480a990ebc9acb00607176e6f207370616365206c656674206f6e206465766963650807
        """

    private static var bytes: [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static let gap = RecordingGap(
        from: Timestamp(microseconds: 1_795_168_800_000_000),
        until: Timestamp(microseconds: 1_795_168_801_000_000),
        reason: "no space left on device",
        exchanges: 7
    )

    @Test("every frame is read")
    func everyFrameIsRead() throws {
        let store = try TemporaryStore()
        try store.write(Self.bytes)
        let content = try store.read()
        #expect(content.pieces == [13, 22])
        let item = try #require(content.exchanges.first)
        expectEqual(item.exchange, SampleExchanges.golden)
        #expect(String(decoding: item.requestBody, as: UTF8.self) == #"{"model":"m"}"#)
        #expect(String(decoding: item.responseBody ?? [], as: UTF8.self) == "event: ping\ndata: {}\n\n")
        #expect(content.unknown == [9])
        #expect(content.gaps == [Self.gap])
    }

    @Test("the same frames are written")
    func theSameFramesAreWritten() throws {
        let store = try TemporaryStore()
        var writer = try SegmentWriter(layout: store.layout, number: 1)
        for text in [#"{"model":"m"}"#, "event: ping\ndata: {}\n\n"] {
            _ = Array(text.utf8).withUnsafeBytes { writer.append(piece: $0) }
        }
        writer.append(SampleExchanges.golden)
        try writer.flush(toDisk: true)
        let written = try store.bytes()
        #expect(Array(Self.bytes.prefix(written.count)) == written)
        #expect(written.count > 500)

        writer.append(Self.gap)
        try writer.flush(toDisk: false)
        let gap = try store.bytes().dropFirst(written.count)
        #expect(Array(Self.bytes.suffix(gap.count)) == Array(gap))
    }

    @Test("a segment of a newer format is left alone with a remedy")
    func aSegmentOfANewerFormatIsLeft() throws {
        let store = try TemporaryStore()
        var bytes = Self.bytes
        bytes[5] = 2
        try store.write(bytes)
        #expect { try store.read() } throws: {
            let error = $0 as? StoreError
            return error?.code == .unsupported && error?.message.hasSuffix("update it") == true
        }
        #expect(throws: StoreError.self) { _ = try SegmentWriter(layout: store.layout, number: 1) }
        #expect(try store.bytes() == bytes)
    }

    @Test("a file that is no segment is not touched", arguments: ["TDSEX\u{1}\0\0", "SQLite format 3\0 and so on"])
    func aFileThatIsNoSegmentIsNot(text: String) throws {
        let store = try TemporaryStore()
        try store.write(Array(text.utf8))
        #expect { try store.read() } throws: { ($0 as? StoreError)?.code == .corrupt }
        #expect(throws: StoreError.self) { _ = try SegmentWriter(layout: store.layout, number: 1) }
        #expect(try store.bytes() == Array(text.utf8))
    }
}
