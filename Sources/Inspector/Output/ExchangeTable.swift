package import Recorder

/// The table of `inspector logs`: a header and a line for each exchange.
///
/// The widths follow the first rows it is given; later rows are cut to them.
package struct ExchangeTable {
    private let width: Int?
    private let zone: LocalZone
    private let style: TextStyle
    private var columns: [Column] = []
    private var gap = 2

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - width: the terminal's, or `nil` for lines as long as need be.
    ///   - zone: whose clocks the times are shown on.
    ///   - style: colours or none.
    package init(width: Int?, zone: LocalZone, style: TextStyle) {
        self.width = width
        self.zone = zone
        self.style = style
    }

    /// The lines of some exchanges; the header stands before the first.
    package mutating func lines(_ rows: [ExchangeSummary]) -> [String] {
        var lines: [String] = []
        let cells = rows.map { row in Column.all.map { $0.text(row, zone) } }
        if columns.isEmpty {
            fit(cells)
            lines.append(style.dim(line(columns.map(\.title))))
        }
        for (row, texts) in zip(rows, cells) {
            lines.append(line(columns.map { texts[$0.index] }, row))
        }
        return lines
    }

    // MARK: - Fitting

    private mutating func fit(_ rows: [[String]]) {
        columns = Column.all
        for index in columns.indices {
            columns[index].width = rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
        }
        // Followers have no rows to learn from; these are the usual widths.
        if rows.isEmpty { for index in columns.indices { columns[index].width = columns[index].usualWidth } }
        guard let width else { return }
        var excess: Int { columns.reduce(gap * (columns.count - 1) - width) { $0 + $1.width } }
        if excess > 0 { shrink(.time, by: 19 - 8) }
        for kind in [Column.Kind.model, .account, .result] where excess > 0 { shrink(kind, by: excess) }
        if excess > 0 { gap = 1 }
        for kind in [Column.Kind.account, .attempts, .output, .input, .model] where excess > 0 {
            columns.removeAll { $0.kind == kind }
        }
    }

    private mutating func shrink(_ kind: Column.Kind, by excess: Int) {
        guard let index = columns.firstIndex(where: { $0.kind == kind }) else { return }
        columns[index].width = max(min(columns[index].width, columns[index].minimum), columns[index].width - excess)
    }

    // MARK: - Lines

    private func line(_ texts: [String], _ row: ExchangeSummary? = nil) -> String {
        var line = ""
        for (position, (column, text)) in zip(columns, texts).enumerated() {
            let cell = column.cell(text)
            let isLast = position == columns.count - 1
            line += paint(column.kind, isLast ? cell.trimmingTrailingSpaces : cell, row)
            if !isLast { line += String(repeating: " ", count: gap) }
        }
        return line
    }

    private func paint(_ kind: Column.Kind, _ text: String, _ row: ExchangeSummary?) -> String {
        guard let row else { return text }
        switch kind {
        case .address: return style.bold(text)
        case .time: return style.dim(text)
        case .status, .result: return row.isError ? style.red(text) : kind == .status ? style.green(text) : text
        case .attempts: return row.attempts > 1 ? style.yellow(text) : text
        default: return text
        }
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
