/// Rows of the catalog that no longer tell the truth: their files are gone, or are read instead.
package struct CatalogExclusion: Hashable, Sendable {
    /// Segments whose live rows are left out; a sealed exchange does not need its segment.
    package var segments: [Int]
    /// Bundles whose rows are left out, by the file's name.
    package var bundles: [String]

    /// Excludes what is named.
    package init(segments: [Int] = [], bundles: [String] = []) {
        self.segments = segments
        self.bundles = bundles
    }

    /// The conditions of a query in SQL.
    var conditions: [String] {
        var conditions: [String] = []
        if !segments.isEmpty {
            let list = segments.map { String($0) }.joined(separator: ", ")
            conditions.append("(bundle IS NOT NULL OR segment NOT IN (\(list)))")
        }
        if !bundles.isEmpty {
            // File names of a store's own folder; quotes are doubled all the same.
            let list = bundles.map { "'" + $0.replacing("'", with: "''") + "'" }.joined(separator: ", ")
            conditions.append("(bundle IS NULL OR bundle NOT IN (\(list)))")
        }
        return conditions
    }
}
