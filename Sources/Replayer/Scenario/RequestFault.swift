/// A fault in the answer of the n-th request, whichever rule answers it.
package struct RequestFault: Sendable, Hashable {
    /// The number of the request: 1, 2, … over all connections.
    var request: Int
    var fault: Fault
}
