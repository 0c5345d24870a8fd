/// What the policy has to know of an account; its key is none of its business.
package struct RoutedAccount: Hashable, Sendable {
    /// The name that records show.
    package var name: String
    /// Its place in the order of the strategy `priority`: lower goes first.
    package var priority: Int
    /// Whether it is left out until it is resumed.
    package var isPaused: Bool
    /// What stands for its credential in records: what was learnt about one key does not hold for another.
    package var tag: String

    /// Names an account.
    package init(name: String, priority: Int = 0, isPaused: Bool = false, tag: String = "") {
        self.name = name
        self.priority = priority
        self.isPaused = isPaused
        self.tag = tag
    }
}
