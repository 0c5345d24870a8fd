/// An account of an upstream; two spellings of one letter are two names, as in SQLite.
struct AccountName: Hashable {
    let target: String?
    let account: String?

    static func == (left: AccountName, right: AccountName) -> Bool {
        isSame(left.target, right.target) && isSame(left.account, right.account)
    }

    func hash(into hasher: inout Hasher) {
        for text in [target, account] {
            hasher.combine(text == nil)
            (text ?? "").utf8.forEach { hasher.combine($0) }
        }
    }

    /// By target, then by account; what has no name comes last.
    static func isBefore(_ left: AccountName, _ right: AccountName) -> Bool {
        if !isSame(left.target, right.target) { return isBefore(left.target, right.target) }
        return isBefore(left.account, right.account)
    }

    private static func isSame(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.utf8.elementsEqual(right.utf8)
    }

    private static func isBefore(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left != nil && right == nil }
        return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
