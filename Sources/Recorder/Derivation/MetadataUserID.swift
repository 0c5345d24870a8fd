/// The parts of a `metadata.user_id` in one of the forms that Claude Code has sent.
///
/// From 2.1.78 on it is JSON text, `{"device_id":"…","account_uuid":"…","session_id":"…"}`; before, it was
/// `user_<device>_account_<account>_session_<session>`. Any other text is a user without a session.
struct MetadataUserID: Hashable, Sendable {
    /// The user in the older form, whichever form came, so that usage goes on across client versions.
    private(set) var user: String?
    /// The bare session id.
    private(set) var session: String?

    init(_ text: String) {
        let isObject = text.utf8.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
        if isObject, let parts = JSONValue.read(Array(text.utf8), { MetadataUserID(object: $0) }) {
            self = parts
            return
        }
        let marker = "_session_"
        // The last one: an account name may hold the marker as well.
        guard let found = text.lastRange(of: marker) else {
            user = text.isEmpty ? nil : text
            return
        }
        user = found.lowerBound == text.startIndex ? nil : String(text[..<found.lowerBound])
        session = found.upperBound == text.endIndex ? nil : String(text[found.upperBound...])
    }

    private init(object: JSONValue) {
        let device = object["device_id"]?.string ?? ""
        let account = object["account_uuid"]?.string ?? ""
        if !device.isEmpty || !account.isEmpty { user = "user_\(device)_account_\(account)" }
        if let id = object["session_id"]?.string, !id.isEmpty { session = id }
    }
}

extension String {
    fileprivate func lastRange(of marker: String) -> Range<String.Index>? {
        var end = utf8.endIndex
        while let start = utf8.index(end, offsetBy: -marker.utf8.count, limitedBy: utf8.startIndex) {
            if utf8[start..<end].elementsEqual(marker.utf8) { return start..<end }
            end = utf8.index(before: end)
        }
        return nil
    }
}
