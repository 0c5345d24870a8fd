/// How the connections of a mock upstream end when it stops.
enum MockStop: Sendable {
    /// Idle ones at once, the others when their answers are given.
    case afterAnswers
    /// At once: an unfinished answer is reset, so that it doesn't look whole.
    case now
}
