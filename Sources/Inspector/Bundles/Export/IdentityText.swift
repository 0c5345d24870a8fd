import Recorder

/// A text that names a person or a machine, with the places of the ids in it.
///
/// `metadata.user_id` came as JSON text with `device_id`, `account_uuid` and `session_id`, and before as
/// `user_<device>_account_<account>_session_<session>`; any other text is an id as a whole. A session is no id here.
struct IdentityText {
    /// An id, and the bytes that stand for it.
    private struct Part {
        var range: Range<Int>
        var id: String
        /// Whether the tag needs quotes around it, as it takes the place of a number.
        var needsQuotes = false
    }

    private let bytes: [UInt8]
    private var parts: [Part] = []

    /// Looks into the text of a `metadata.user_id`.
    init(metadata text: String) {
        bytes = Array(text.utf8)
        guard !addMembers() else { return }
        addNames(in: 0..<(IdentityText.lastRange(of: "_session_", in: bytes)?.lowerBound ?? bytes.count))
    }

    /// Looks into the name that usage counts for, which has no session.
    init(user text: String) {
        bytes = Array(text.utf8)
        guard !addMembers() else { return }
        addNames(in: 0..<bytes.count)
    }

    /// The ids, decoded.
    var ids: [String] { parts.map(\.id) }

    /// The text with tags in the place of ids.
    func tagged(_ tag: (String) -> String) -> String {
        var text: [UInt8] = []
        var position = 0
        for part in parts {
            text += bytes[position..<part.range.lowerBound]
            text += (part.needsQuotes ? "\"\(tag(part.id))\"" : tag(part.id)).utf8
            position = part.range.upperBound
        }
        return String(decoding: text + bytes[position...], as: UTF8.self)
    }

    /// Notes every member of a JSON object but the session.
    ///
    /// - Returns: whether the text is an object.
    private mutating func addMembers() -> Bool {
        var found: [Part] = []
        let isObject: Bool? = JSONValue.read(bytes) { root in
            guard root.kind == .object else { return nil }
            root.forEachMember { key, value in
                switch value.kind {
                case .string where !key.isString("session_id"):
                    let range = (value.range.lowerBound + 1)..<(value.range.upperBound - 1)
                    found.append(Part(range: range, id: value.string ?? ""))
                case .number, .object, .array:
                    let id = String(decoding: value.raw, as: UTF8.self)
                    found.append(Part(range: value.range, id: id, needsQuotes: true))
                default: break
                }
                return true
            }
            return true
        }
        for part in found { add(part) }
        return isObject ?? false
    }

    private mutating func addNames(in range: Range<Int>) {
        let prefix = Array("user_".utf8)
        let marker = Array("_account_".utf8)
        guard range.count > prefix.count, bytes[range].starts(with: prefix),
            let account = (prefix.count - 1..<range.upperBound).first(where: { start in
                start + marker.count <= range.upperBound && bytes[start..<(start + marker.count)].elementsEqual(marker)
            })
        else {
            add(Part(range: range, id: text(range)))
            return
        }
        let device = prefix.count..<max(prefix.count, account)
        add(Part(range: device, id: text(device)))
        let rest = (account + marker.count)..<range.upperBound
        add(Part(range: rest, id: text(rest)))
    }

    private mutating func add(_ part: Part) {
        // Nobody is called so: it stands for a request that names no one.
        guard !part.id.isEmpty, part.id != "default", !Placeholders.isPlaceholder(part.id) else { return }
        parts.append(part)
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private static func lastRange(of marker: String, in bytes: [UInt8]) -> Range<Int>? {
        let marker = Array(marker.utf8)
        guard bytes.count >= marker.count else { return nil }
        return (0...(bytes.count - marker.count)).last { bytes[$0..<($0 + marker.count)].elementsEqual(marker) }
            .map { $0..<($0 + marker.count) }
    }
}
