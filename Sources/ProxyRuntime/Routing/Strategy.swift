/// How the account of a request is chosen among those that can serve it.
package enum Strategy: String, Sendable, CaseIterable, Codable {
    /// A conversation stays with its account, whose prompt cache knows it; a new one goes where most is left.
    case session
    /// Each request goes to the next account in order.
    case roundRobin = "round-robin"
    /// Each request goes to the account with most left.
    case leastUsed = "least-used"
    /// Requests go to the account with the lowest priority number; others get what it can't serve.
    case priority
}
