/// Lines of cells under a header, each column as wide as its widest cell.
package struct TextTable {
    /// On which side the cells of a column stand.
    package enum Alignment: Sendable {
        /// Cells begin below each other.
        case left
        /// Cells end below each other, as numbers do.
        case right
    }

    private let titles: [String]
    private let alignment: [Int: Alignment]

    /// Makes a table; columns that `alignment` does not name are aligned at the left.
    package init(_ titles: [String], alignment: [Int: Alignment] = [:]) {
        self.titles = titles
        self.alignment = alignment
    }

    /// The header and the lines of some rows.
    ///
    /// - Parameters:
    ///   - rows: a text for each column.
    ///   - header: paints the header.
    ///   - paint: paints a cell, filled up to its width already.
    /// - Returns: the lines, without white space at their ends.
    package func lines(
        _ rows: [[String]],
        header: (String) -> String = { $0 },
        paint: (_ row: Int, _ column: Int, _ text: String) -> String = { $2 }
    ) -> [String] {
        let widths = titles.indices.map { column in rows.reduce(titles[column].count) { max($0, $1[column].count) } }
        func fill(_ text: String, _ column: Int) -> String {
            let gap = String(repeating: " ", count: widths[column] - text.count)
            if alignment[column] == .right { return gap + text }
            return column == titles.count - 1 ? text : text + gap
        }
        func line(_ cells: [String], _ paint: (Int, String) -> String) -> String {
            var line = cells.indices.map { paint($0, fill(cells[$0], $0)) }.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
        return [header(line(titles) { $1 })]
            + rows.enumerated().map { row, cells in line(cells) { paint(row, $0, $1) } }
    }
}
