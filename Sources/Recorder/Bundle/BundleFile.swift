import Crypto

/// A bundle that was read: its exchanges, and their bodies on demand.
///
/// ```swift
/// let bundle = try BundleFile(path: "incident.zip")
/// for row in bundle.rows { print(row.summary.number) }
/// ```
///
/// Members may come in any order. What the file holds is not trusted: `BundleScan` says what is refused. Lines and
/// pieces lie in a temporary file without a name; memory grows with their number only. It may be used from any thread.
package final class BundleFile: BodySource {
    /// An exchange's row, and where its line lies.
    package struct Row: Sendable {
        /// The row; `bundle` is the file's name.
        package var summary: ExchangeSummary
        /// The offset of the line in `exchanges.ndjson`, and its length.
        package var line: Range<Int>
    }

    /// How much is read.
    package enum Contents: Sendable {
        /// The exchanges and their bodies.
        case everything
        /// The rows of the exchanges alone; what comes behind them is not looked at.
        case rows
        /// The manifest alone.
        case manifest
    }

    /// The file.
    package let path: String
    /// What the bundle says about itself; `nil` when that is missing or was cut off.
    package let manifest: BundleManifest?
    /// The exchanges that are whole, in the order of the file.
    package let rows: [Row]
    /// What is wrong with it, a line each; empty for a sound bundle.
    package let faults: [String]
    /// Exchanges that were left out as they are not whole.
    package let lostExchanges: Int

    private let spool: Spool
    private let pieces: [Digest: Range<Int>]
    private let lineStart: Int
    private let places: [ExchangeID: Int]

    /// Reads a bundle.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - contents: how much of it.
    ///   - limits: how much is believed.
    /// - Throws: `StoreError` when it can't be read, is no bundle, is of a newer format, or tries to do harm. One that
    ///   is damaged or cut off gives what is whole, and says so in `faults`.
    package init(
        path: String,
        contents: Contents = .everything,
        limits: BundleLimits = BundleLimits()
    ) throws(StoreError) {
        var scan = try BundleScan(path: path, limits: limits)
        try scan.run(contents)
        let name = String(path.split(separator: "/").last ?? "")
        var faults = scan.faults
        var rows: [Row] = []
        var lost = scan.badLines
        var further = scan.furtherFaults
        for line in scan.lines {
            var summary = line.summary
            if let gap = scan.firstGap(in: line) {
                lost += 1
                if faults.count >= BundleScan.faultLimit {
                    further += 1
                } else if lost == 1 || !scan.isCutOff {
                    faults.append(gap)
                }
                continue
            }
            summary.bundle = name
            rows.append(Row(summary: summary, line: line.range))
        }
        if scan.isCutOff {
            faults.append("it is cut off: \(rows.count) whole exchanges, \(lost) in part")
        }
        if further > 0 { faults.append("\(further) more things are wrong with it") }
        self.path = path
        self.faults = faults
        self.rows = rows
        places = Dictionary(rows.indices.map { (rows[$0].summary.id, $0) }, uniquingKeysWith: { first, _ in first })
        manifest = scan.manifest
        lostExchanges = lost
        pieces = scan.pieces
        lineStart = scan.lineStart
        spool = scan.takeSpool()
    }

    /// The names and lengths of all pieces that are whole.
    package var pieceLengths: [Digest: Int] { pieces.mapValues(\.count) }

    /// The row of an exchange; `nil` when it is not there whole.
    package func row(_ id: ExchangeID) -> Row? {
        places[id].map { rows[$0] }
    }

    /// The bytes of a row's line, without its end.
    ///
    /// - Throws: `StoreError` when the temporary file can't be read.
    package func line(of row: Row) throws(StoreError) -> [UInt8] {
        try spool.read((lineStart + row.line.lowerBound)..<(lineStart + row.line.upperBound))
    }

    /// The exchange of a row.
    ///
    /// - Throws: `StoreError` when the temporary file can't be read.
    package func recorded(_ row: Row) throws -> RecordedExchange {
        RecordedExchange(exchange: try ExchangeLine().read(line(of: row)).exchange, summary: row.summary, bodies: self)
    }

    package func body(_ record: BodyRecord) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(record.storedLength, SegmentFormat.maximumPayload))
        for piece in try pieces(of: record) { bytes += try content(of: piece) }
        guard bytes.count == record.storedLength else {
            throw StoreError(.corrupt, "\(path): a body has \(bytes.count) bytes instead of \(record.storedLength)")
        }
        return bytes
    }

    package func pieces(of record: BodyRecord) throws -> [BodyPiece] {
        try record.names.map { name in
            guard let range = pieces[name] else { throw StoreError(.corrupt, "\(path) has no piece \(name)") }
            return BodyPiece(name: name, length: range.count)
        }
    }

    package func content(of piece: BodyPiece) throws -> [UInt8] {
        guard let range = pieces[piece.name] else { throw StoreError(.corrupt, "\(path) has no piece \(piece.name)") }
        return try spool.read(range)
    }
}
