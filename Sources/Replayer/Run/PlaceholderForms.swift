import Recorder

/// Looks for placeholders in every form that whoever gets a text might read them from: as they stand, behind the escapes
/// of JSON and of URLs, one within the other, and in base64 of either alphabet.
enum PlaceholderForms {
    /// What was found.
    enum Found {
        /// No placeholder.
        case nothing
        /// Placeholders as they stand, in order.
        case plain([Placeholder])
        /// Placeholders behind escapes, by their kinds.
        case escaped([String])
        /// One in base64, whose kind is not looked at.
        case base64
    }

    /// How often escapes are undone that stand within escapes.
    private static let depth = 4

    /// Looks into a text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - limit: the most placeholders that are told.
    /// - Returns: the first form in which there are some.
    static func find(in text: [UInt8], limit: Int) -> Found {
        let plain = text.withUnsafeBytes { Placeholder.all(in: $0, limit: limit) }
        if !plain.isEmpty { return .plain(plain) }
        if holdsBase64(text) { return .base64 }
        var view = text
        for _ in 0..<depth {
            guard let plain = PlainReader.plain(view) else { break }
            view = plain
            let found = view.withUnsafeBytes { Placeholder.all(in: $0, limit: limit) }
            if !found.isEmpty { return .escaped(found.map(\.kind)) }
            if holdsBase64(view) { return .base64 }
        }
        return .nothing
    }

    /// Whether there is the beginning of a placeholder in base64, be it cut into lines.
    private static func holdsBase64(_ text: [UInt8]) -> Bool {
        let isCut = text.contains { $0 == 0x0A || $0 == 0x0D }
        return (isCut ? text.filter { $0 != 0x0A && $0 != 0x0D } : text).withUnsafeBytes { bytes in
            !Base64Marks.places(in: bytes, limit: 1).isEmpty
        }
    }
}
