/// A table whose rows are all there: columns are as wide as their longest text.
package struct TextTable {
    /// A column with its texts.
    package struct Column {
        let title: String
        let texts: [String]
        let isRightAligned: Bool
        let dropped: Int?
        let paint: ((_ row: Int, _ text: String) -> String)?

        /// Makes a column.
        ///
        /// - Parameters:
        ///   - title: what stands above it.
        ///   - texts: a text for each row.
        ///   - isRightAligned: whether the texts end below each other, as numbers do.
        ///   - dropped: columns that a narrow terminal has no room for go in this order; `nil` stays.
        ///   - paint: paints a text, filled up to its width already.
        package init(
            _ title: String,
            _ texts: [String],
            isRightAligned: Bool = false,
            dropped: Int? = nil,
            paint: ((_ row: Int, _ text: String) -> String)? = nil
        ) {
            self.title = title
            self.texts = texts.map(TextStyle.printable)
            self.isRightAligned = isRightAligned
            self.dropped = dropped
            self.paint = paint
        }

        var width: Int { texts.reduce(title.count) { max($0, $1.count) } }

        func cell(_ text: String, isLast: Bool) -> String {
            let fill = String(repeating: " ", count: width - text.count)
            return isRightAligned ? fill + text : isLast ? text : text + fill
        }
    }

    private let columns: [Column]
    private static let gap = "  "

    /// Makes a table; each column has a text for every row.
    package init(_ columns: [Column]) {
        self.columns = columns
    }

    /// The title line and a line for each row.
    ///
    /// - Parameters:
    ///   - width: how long lines may be, or `nil`.
    ///   - style: colours or none.
    /// - Returns: the lines without their ends.
    package func lines(width: Int?, style: TextStyle) -> [String] {
        let columns = fitting(width)
        let last = columns.count - 1
        let titles = columns.enumerated().map { $1.cell($1.title, isLast: $0 == last) }
        let rows = (0..<(columns.first?.texts.count ?? 0)).map { row in
            joined(
                columns.enumerated().map { index, column in
                    let text = column.cell(column.texts[row], isLast: index == last)
                    return column.paint?(row, text) ?? text
                }
            )
        }
        return [style.dim(joined(titles))] + rows
    }

    private func joined(_ cells: [String]) -> String {
        var line = cells.joined(separator: Self.gap)
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    private func fitting(_ width: Int?) -> [Column] {
        var columns = columns
        guard let width else { return columns }
        while columns.reduce(-Self.gap.count, { $0 + $1.width + Self.gap.count }) > width,
            let next = columns.compactMap(\.dropped).min()
        {
            columns.removeAll { $0.dropped == next }
        }
        return columns
    }
}
