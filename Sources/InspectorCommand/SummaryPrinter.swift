import Inspector
import Recorder

/// Prints exchanges as a table or as JSON, as they come.
struct SummaryPrinter: ~Copyable {
    /// How many exchanges were printed.
    private(set) var count = 0
    private let isJSON: Bool
    private var output = StandardOutput()
    private var json = JSONWriter()
    private var table = ExchangeTable(width: Terminal.width, zone: .system, style: Terminal.style)
    private var rows: [ExchangeSummary] = []

    /// The widths of the table's columns follow that many rows.
    private static let batch = 1000

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    mutating func add(_ summary: ExchangeSummary) throws {
        count += 1
        if isJSON {
            ExchangeJSON.writeLine(summary, into: &json)
            if json.bytes.count >= 32 << 10 { try drain() }
        } else {
            rows.append(summary)
            if rows.count >= SummaryPrinter.batch { try drain() }
        }
    }

    /// Prints what is held back.
    ///
    /// - Parameter isFollowed: whether more may come, so that a table begins even without rows.
    /// - Throws: as `StandardOutput.flush()` does.
    mutating func flush(isFollowed: Bool) throws {
        if !isJSON, count > 0 || isFollowed { try output.write(lines: table.lines(rows)) }
        rows.removeAll(keepingCapacity: true)
        try drain()
        try output.flush()
    }

    private mutating func drain() throws {
        if isJSON {
            try output.write(json.bytes)
            json.removeAll()
        } else if !rows.isEmpty {
            try output.write(lines: table.lines(rows))
            rows.removeAll(keepingCapacity: true)
        }
    }
}
