/// Sums of numbers that a stranger wrote: the nearest number that there is, where the true one is too large.
extension FixedWidthInteger {
    /// The sum, or the bound that it passes.
    func adding(saturating other: Self) -> Self {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the bound that it passes.
    func subtracting(saturating other: Self) -> Self {
        let (difference, isOver) = subtractingReportingOverflow(other)
        return isOver ? (other < 0 ? .max : .min) : difference
    }
}
