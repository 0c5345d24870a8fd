/// How the recording goes, for `/health`.
package struct RecordingState: Sendable {
    /// Why nothing can be written now, such as `no space left on device`; `nil` while recording works.
    package var degraded: String?
    /// Bytes that wait to be written.
    package var queueBytes = 0
    /// Exchanges written since the start.
    package var recorded = 0
    /// Exchanges lost since the start, by reason; `overload: body left out` counts those that are recorded without one.
    package var lost: [String: Int] = [:]

    /// Exchanges lost since the start.
    package var lostCount: Int { lost.values.reduce(0, +) }
}
