/// Up to where a store may be sealed, while a recorder writes to it.
package struct SealingBorder: Hashable, Sendable {
    /// The segment that is written to: those before it are closed.
    package var live: Int
    /// The oldest segment that the live one, or an exchange which is not over, has pieces in: it must stay.
    package var oldestReferred: Int

    /// Makes a border.
    package init(live: Int, oldestReferred: Int) {
        self.live = live
        self.oldestReferred = oldestReferred
    }
}
