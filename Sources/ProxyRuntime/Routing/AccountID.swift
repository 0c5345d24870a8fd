/// An account's number within one policy; a name that is removed and added again gets a new one.
package struct AccountID: Hashable, Sendable {
    let number: Int
}
