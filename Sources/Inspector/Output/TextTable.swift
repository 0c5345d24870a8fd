/// A table whose rows are all there: columns are as wide as their longest text.
struct TextTable {
    /// A column with its texts.
    struct Column {
        let title: String
        let texts: [String]
        var isRightAligned = false
        /// Columns that a narrow terminal has no room for go in this order; `nil` stays.
        var dropped: Int?

        init(_ title: String, _ texts: [String], isRightAligned: Bool = false, dropped: Int? = nil) {
            self.title = title
            self.texts = texts.map(TextStyle.printable)
            self.isRightAligned = isRightAligned
            self.dropped = dropped
        }

        var width: Int { texts.reduce(title.count) { max($0, $1.count) } }
    }

    private let columns: [Column]
    private static let gap = 2

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// The title line and a line for each row.
    ///
    /// - Parameters:
    ///   - width: how long lines may be, or `nil`.
    ///   - style: colours or none.
    /// - Returns: the lines without their ends.
    func lines(width: Int?, style: TextStyle) -> [String] {
        let columns = fitting(width)
        let rows = (0..<(columns.first?.texts.count ?? 0)).map { row in line(columns) { $0.texts[row] } }
        return [style.dim(line(columns, \.title))] + rows
    }

    private func fitting(_ width: Int?) -> [Column] {
        var columns = columns
        guard let width else { return columns }
        while columns.reduce(-Self.gap, { $0 + $1.width + Self.gap }) > width,
            let next = columns.compactMap(\.dropped).min()
        {
            columns.removeAll { $0.dropped == next }
        }
        return columns
    }

    private func line(_ columns: [Column], _ text: (Column) -> String) -> String {
        var line = ""
        for (index, column) in columns.enumerated() {
            let text = text(column)
            let fill = String(repeating: " ", count: column.width - text.count)
            if column.isRightAligned {
                line += fill + text
            } else {
                line += index == columns.count - 1 ? text : text + fill
            }
            if index < columns.count - 1 { line += String(repeating: " ", count: Self.gap) }
        }
        return line
    }
}
