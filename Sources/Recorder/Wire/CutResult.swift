/// A request body cut into units.
package struct CutResult: Sendable {
    /// The units in order; together they are the whole body.
    package internal(set) var units: [BodyUnit] = []
    /// For each unit the index of the unit of the previous body that has the same bytes, or `nil` when it is new.
    package internal(set) var reused: [Int?] = []
    /// Where the members lie that others ask for.
    package internal(set) var topLevel = TopLevelMembers()
    /// Whether the body is a JSON object; if not, it is one unit.
    package internal(set) var isStructured = false
    /// How many bytes went through the scanner; the rest was only compared.
    package internal(set) var scannedBytes = 0

    /// Makes the result for a body that is not cut.
    static func whole(
        _ body: UnsafeRawBufferPointer,
        previous: (body: UnsafeRawBufferPointer, cut: CutResult)?
    ) -> CutResult {
        var result = CutResult()
        guard !body.isEmpty else { return result }
        result.units = [BodyUnit(range: 0..<body.count, kind: .skeleton)]
        let isSame = previous.map { $0.cut.units.count == 1 && body.hasSameBytes(as: $0.body) } ?? false
        result.reused = [isSame ? 0 : nil]
        return result
    }
}
