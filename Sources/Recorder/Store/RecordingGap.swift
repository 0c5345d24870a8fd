/// Recordings that were lost, by reason: written when the store works again, shown by `/health` and `doctor`.
package struct RecordingGap: Hashable, Sendable {
    /// When the first was lost.
    package var from: Timestamp
    /// When the last was lost.
    package var until: Timestamp
    /// Why, such as `no space left on device` or `overload`.
    package var reason: String
    /// How many exchanges are missing.
    package var exchanges: Int

    /// Makes a gap.
    package init(from: Timestamp, until: Timestamp, reason: String, exchanges: Int) {
        self.from = from
        self.until = until
        self.reason = reason
        self.exchanges = exchanges
    }

    func encode(into writer: inout RecordWriter) {
        writer.field(1, signed: from.microseconds)
        writer.field(2, signed: until.microseconds)
        writer.field(3, reason)
        writer.field(4, UInt64(max(0, exchanges)))
    }

    init(decoding payload: ArraySlice<UInt8>) throws(StoreError) {
        self.init(from: Timestamp(microseconds: 0), until: Timestamp(microseconds: 0), reason: "", exchanges: 0)
        var reader = RecordReader(payload)
        while let (number, value) = try reader.next() {
            switch number {
            case 1: from = Timestamp(microseconds: try value.signed)
            case 2: until = Timestamp(microseconds: try value.signed)
            case 3: reason = try value.text
            case 4: exchanges = try value.int
            default: continue
            }
        }
    }
}
