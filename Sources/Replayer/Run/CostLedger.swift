/// Keeps a replay below a sum: every request's bound is set aside before it is sent, and gives way to what it cost.
///
/// Amounts are pico-dollars.
package struct CostLedger: Sendable {
    /// What must not be passed.
    package let limit: Int64
    /// What is spent for sure, or must be taken for spent.
    package private(set) var spent: Int64 = 0
    /// What is set aside for requests on their way.
    package private(set) var reserved: Int64 = 0

    /// Makes a ledger.
    package init(limit: Int64) {
        self.limit = limit
    }

    /// Sets a bound aside.
    ///
    /// - Returns: `false`, with nothing changed, when the limit might be passed.
    package mutating func reserve(_ bound: Int64) -> Bool {
        guard bound >= 0 else { return false }
        let (taken, isFull) = spent.addingReportingOverflow(reserved)
        let (sum, isBeyond) = taken.addingReportingOverflow(bound)
        guard !isFull, !isBeyond, sum <= limit else { return false }
        reserved += bound
        return true
    }

    /// Puts what a request cost in the place of its bound.
    ///
    /// - Parameters:
    ///   - bound: what was set aside.
    ///   - actual: what it cost, or `nil` when nobody knows: then it may have cost the bound.
    package mutating func settle(_ bound: Int64, actual: Int64?) {
        reserved -= bound
        let (sum, isBeyond) = spent.addingReportingOverflow(actual ?? bound)
        spent = isBeyond ? .max / 2 : min(sum, .max / 2)
    }
}
