package import Recorder

/// What accounts and client keys may be called.
package enum AccountName {
    /// Whether a text may be a name: 1 to 64 letters, digits, `.`, `_` and `-`, and nothing that looks like a key.
    package static func isValid(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && !looksLikeKey(name)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                }
            }
    }

    /// Checks a name.
    ///
    /// - Parameters:
    ///   - name: the text.
    ///   - subject: what is named, such as `an account`.
    /// - Throws: `SettingsError` that does not repeat the name, as it may be a key in the wrong place.
    package static func check(_ name: String, of subject: String) throws(SettingsError) {
        if looksLikeKey(name) {
            throw SettingsError(message: "a key stands where the name of \(subject) should: give the name only")
        }
        guard isValid(name) else {
            throw SettingsError(message: "the name of \(subject) has 1 to 64 letters, digits, '.', '_' and '-'")
        }
    }

    private static func looksLikeKey(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("sk-ant-") || name.hasPrefix("ccf_")
    }
}
