/// What `inspector show --json` says of an exchange's way through the accounts.
struct ShownExchange: Decodable {
    struct Rejected: Decodable, Equatable {
        var account: String
        var because: String
    }

    struct Attempt: Decodable {
        var account: String?
        var because: String
        var kind: String
        var status: Int?
        var rejected: [Rejected]
    }

    var account: String?
    var attempts: [Attempt]
}
