/// How much alike a recorded answer and that of a replay are.
package enum AnswerRung: String, Sendable, CaseIterable {
    /// Same status, ending and bytes, masked secrets aside.
    case exact
    /// Says the same: ids, dates, white space and the cut of the stream aside.
    case normalised
    /// Same outcome and tools; the text differs by a tenth at most, or the tokens differ.
    case minor
    /// Another outcome, or another answer.
    case major
    /// No answer came.
    case unmatched
    /// It was not sent.
    case unused

    /// Whether nobody has to look at it.
    package var isSame: Bool { self == .exact || self == .normalised }
}
