import Foundation

/// The two members of a request body that choose and shape an answer.
struct RequestOutline: Decodable, Sendable, Hashable {
    /// The body's `model`.
    var model: String?
    /// The body's `stream`; `false` without it.
    var stream = false

    private enum CodingKeys: String, CodingKey {
        case model, stream
    }

    /// An outline of a body that says nothing.
    init() {}

    /// Reads a body; one that is no JSON object says nothing.
    init(body: [UInt8]) {
        guard body.contains(UInt8(ascii: "{")) else { return }
        self = (try? JSONDecoder().decode(RequestOutline.self, from: Data(body))) ?? RequestOutline()
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // A member of another type is the upstream's business to refuse, not a reason to see nothing.
        model = try? container.decodeIfPresent(String.self, forKey: .model)
        stream = (try? container.decodeIfPresent(Bool.self, forKey: .stream)) ?? false
    }
}
