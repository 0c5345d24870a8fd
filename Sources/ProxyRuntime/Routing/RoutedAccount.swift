/// What the policy has to know of an account; its key is none of its business.
package struct RoutedAccount: Hashable, Sendable {
    /// The name that records show.
    package var name: String
    /// Its place in the order of the strategy `priority`: lower goes first.
    package var priority: Int
    /// Whether it is left out until it is resumed.
    package var isPaused: Bool
    /// A number that changes with the credential: what was learnt about the old one does not hold for the new one.
    package var generation: Int

    /// Names an account.
    package init(name: String, priority: Int = 0, isPaused: Bool = false, generation: Int = 0) {
        self.name = name
        self.priority = priority
        self.isPaused = isPaused
        self.generation = generation
    }
}
