/// The delays of an answer, and how its bytes are spread over writes.
package struct AnswerPace: Sendable, Hashable {
    /// The delay before the head.
    package var head: DelayDistribution?
    /// The delay before each event, unless the event has its own.
    package var event: DelayDistribution?
    /// The most bytes in one write, head included; `nil` writes as much as there is at once.
    package var split: Int?
    /// The delay between the writes that `split` makes.
    package var write: DelayDistribution?

    /// Makes a pace; without arguments nothing waits.
    package init(
        head: DelayDistribution? = nil,
        event: DelayDistribution? = nil,
        split: Int? = nil,
        write: DelayDistribution? = nil
    ) {
        self.head = head
        self.event = event
        self.split = split
        self.write = write
    }
}
