/// How far the segments of a store were read: where to look for exchanges that finished since.
package struct StorePosition: Hashable, Sendable {
    /// The offset behind the last frame that was read, by segment.
    var ends: [Int: Int] = [:]

    /// The beginning of every segment.
    package init() {}
}
