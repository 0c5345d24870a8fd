import Foundation

/// An account as `proxy accounts list --json` and `/api/accounts` show it.
struct AccountLine: Decodable {
    struct Cooldown: Decodable, Equatable {
        var kind: String
        var family: String?
        var reason: String
        var since: String
        var until: String
        var exchange: String
    }

    var name: String
    var status: String
    var requests: Int
    var headroom: Double?
    var cooldowns: [Cooldown]

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    /// Reads one object a line.
    static func lines(_ output: String) throws -> [AccountLine] {
        try output.split(separator: "\n").map { try decoder.decode(AccountLine.self, from: Data($0.utf8)) }
    }
}
