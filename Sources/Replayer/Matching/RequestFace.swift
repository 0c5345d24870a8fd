import Recorder

/// A request as far as it matters for matching, in masked form and without the tags of placeholders: hashes, no content.
///
/// Headers never take part. Secrets don't either: both sides are masked, and one placeholder is as good as another.
struct RequestFace: Sendable {
    /// The hash of each rung from `exact` to `minor`, and of `major` when there are messages.
    ///
    /// Two requests match at a rung when its hashes are equal.
    private(set) var hashes: [MatchRung: Digest] = [:]
    /// The method.
    let method: String
    /// The path.
    let path: String
    /// What follows the `?`.
    let query: String?
    /// The model without its date.
    private(set) var model: String?
    /// Short hashes of the messages as rung `minor` has them.
    private(set) var messages: [UInt64] = []

    /// The method and path.
    var target: String { "\(method) \(path)" }

    /// Looks at a request.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - path: the path, masked.
    ///   - query: what follows the `?`, masked.
    ///   - body: the body without its content coding, masked.
    ///   - parts: the forms of parts that were seen before; new ones are added.
    init(method: String, path: String, query: String?, body: [UInt8], parts: inout PartForms) {
        let body = MaskedText.withoutTags(body)
        self.method = method
        self.path = MaskedText.withoutTags(path)
        self.query = query.map(MaskedText.withoutTags)
        let line = Array("\(target)?\(self.query(at: .exact))".utf8)
        let looseLine = Array("\(target)?\(self.query(at: .normalised))".utf8)
        body.withUnsafeBytes { bytes in
            guard let value = JSONValue(validating: bytes) else {
                hashes[.exact] = Self.hash([line, body])
                // The third part tells a body that is no JSON from one that became so.
                for rung in [MatchRung.normalised, .minor] { hashes[rung] = Self.hash([looseLine, body, []]) }
                return
            }
            hashes[.exact] = Self.hash([line, NamelessRequest.body(bytes, value)])
            var text: [UInt8] = []
            parts.write(value, .normalised, into: &text)
            hashes[.normalised] = Self.hash([looseLine, text])
            text.removeAll(keepingCapacity: true)
            parts.write(value, .minor, into: &text)
            hashes[.minor] = Self.hash([looseLine, text])
            let members = value.members
            model = members["model"]?.string.map(Self.family)
            var last: Digest?
            members["messages"]?.forEachElement { message in
                let form = parts.form(of: message).minor
                last = form
                messages.append(form.withBytes { $0.loadUnaligned(as: UInt64.self) })
                return true
            }
            guard let last else { return }
            let form = "\(target) \(model ?? "") \(members["stream"]?.bool == true)"
            hashes[.major] = Self.hash([Array(form.utf8), last.withBytes { Array($0) }])
        }
    }

    /// The query as it counts at a rung; empty where it does not.
    func query(at rung: MatchRung) -> String {
        switch rung {
        case .exact: NamelessRequest.query(query ?? "")
        case .normalised, .minor:
            // In one order, without what only names the SDK's namespace or the user.
            (query ?? "").split(separator: "&")
                .filter { $0 != "beta=true" && !$0.hasPrefix("claude-code-user=") }.sorted().joined(separator: "&")
        case .major, .unmatched: ""
        }
    }

    /// The rung at which another request is alike.
    func rung(_ other: RequestFace) -> MatchRung {
        MatchRung.allCases.first { rung in
            guard let mine = hashes[rung], let theirs = other.hashes[rung] else { return false }
            return mine == theirs
        } ?? .unmatched
    }

    /// How near another request is, for the report of a miss; 0 is not at all.
    func nearness(_ other: RequestFace) -> Int {
        var score = target == other.target ? 1 : 0
        if model != nil, model == other.model { score += 2 }
        let common = zip(messages, other.messages).prefix { $0 == $1 }.count
        score += 10 * common
        if let last = messages.last, last == other.messages.last { score += 8 }
        // Of two that share as much, the one of like length.
        return 1000 * score - min(999, abs(messages.count - other.messages.count))
    }

    /// A model's name without the day of its making and what stands in brackets.
    static func family(_ model: String) -> String {
        var name = model.prefix { $0 != "[" }
        let date = name.suffix(9)
        if date.first == "-", date.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }), date.count == 9 {
            name = name.dropLast(9)
        }
        return String(name)
    }

    private static func hash(_ parts: [[UInt8]]) -> Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(16) { $0 + $1.count + 8 })
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count)) { bytes.append(contentsOf: $0) }
            bytes += part
        }
        return bytes.withUnsafeBytes { Digest(of: $0) }
    }
}
