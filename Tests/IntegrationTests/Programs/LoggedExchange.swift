import Foundation

/// A line of `inspector logs --json`, or the same of `inspector show --json`.
struct LoggedExchange: Decodable {
    struct Tokens: Decodable, Equatable {
        var input: Int?
        var output: Int?
        var cacheRead: Int?
        var cacheWrite5m: Int?
        var cacheWrite1h: Int?

        /// As the decoder sees them, which has made a capital letter of what follows an underscore.
        enum CodingKeys: String, CodingKey {
            case input, output, cacheRead
            case cacheWrite5m = "cacheWrite5M"
            case cacheWrite1h = "cacheWrite1H"
        }
    }

    var id: String
    var address: String
    var status: Int?
    var stream: Bool?
    var model: String?
    var errorType: String?
    var ending: String
    var tokens: Tokens?

    /// Reads one object a line.
    static func lines(_ output: String) throws -> [LoggedExchange] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try output.split(separator: "\n").map { try decoder.decode(LoggedExchange.self, from: Data($0.utf8)) }
    }
}
