/// Cuts a JSON request body at the borders that stay put when a conversation grows: between the elements of the
/// top-level arrays `messages`, `system` and `tools`.
///
/// The comma belongs to the unit behind it, so a message's unit does not change when another follows. Each turn of a
/// conversation repeats the turns before; given the previous body, what is repeated is compared and not scanned.
///
/// ```swift
/// let first = BodyCutter.cut(turn1)
/// let second = BodyCutter.cut(turn2, previous: (turn1, first))
/// for (unit, same) in zip(second.units, second.reused) where same == nil { store(turn2[unit.range]) }
/// ```
package enum BodyCutter {
    /// Cuts a body.
    ///
    /// - Parameters:
    ///   - body: The raw body.
    ///   - previous: The body of the turn before with its cut, if there is one.
    /// - Returns: Units that cover the body; a body that is no JSON object is one unit.
    package static func cut(
        _ body: UnsafeRawBufferPointer,
        previous: (body: UnsafeRawBufferPointer, cut: CutResult)? = nil
    ) -> CutResult {
        var usable = previous
        // Members that came twice are not all known, so nothing can be taken over.
        if let cut = previous?.cut, !cut.isStructured || cut.topLevel.hasRepeats { usable = nil }
        var run = CutterRun(body, previous: usable)
        do throws(JSONSyntaxError) {
            return try run.run()
        } catch {
            var result = CutResult.whole(body, previous: previous)
            result.scannedBytes = run.result.scannedBytes
            return result
        }
    }
}
