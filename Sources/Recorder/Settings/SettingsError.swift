/// A setting whose value cannot be used.
package struct SettingsError: Error, CustomStringConvertible {
    /// One line: the setting, the value, the reason.
    package let description: String

    /// Makes an error; a secret's value is not given, and control characters are escaped, so that it stays one line.
    package init(_ setting: String, _ value: String, _ reason: String) {
        description = "\(setting): '\(value.jsonEscaped)' \(reason)"
    }

    /// Makes an error with a message of its own.
    package init(message: String) {
        description = message
    }
}
