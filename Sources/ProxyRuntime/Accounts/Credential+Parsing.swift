package import Recorder

extension Credential {
    /// Checks the text of a key for a provider.
    ///
    /// - Parameters:
    ///   - text: the key, with nothing around it.
    ///   - provider: whose key it should be.
    ///   - place: where it stands, for messages, such as `entry 2 of CLAUDE_API_KEYS`.
    /// - Throws: `SettingsError` that says what is wrong and repeats no part of the key.
    package init(parsing text: String, provider: Account.Provider, place: String) throws(SettingsError) {
        guard !text.isEmpty else { throw SettingsError(message: "\(place): the key is empty") }
        for scalar in text.unicodeScalars {
            let trouble: String
            switch scalar.value {
            case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x2028, 0x2029: trouble = "white space in it"
            case ..<0x20, 0x7F: trouble = "control characters in it"
            case 0x80...: trouble = "characters in it that are not ASCII"
            case 0x22, 0x27, 0x2C: trouble = "a quote or comma in it"
            default: continue
            }
            throw SettingsError(message: "\(place): the key has \(trouble)")
        }
        switch provider {
        case .anthropic:
            guard text.hasPrefix("sk-ant-"), text.utf8.count > 7 else {
                throw SettingsError(message: "\(place): the key does not begin with sk-ant-, as Anthropic's keys do")
            }
        }
        self.init(text)
    }
}
