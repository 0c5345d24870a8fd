import Recorder

/// Colours on a terminal, and the harmlessness of what is printed there.
package struct TextStyle: Sendable {
    /// Whether escape sequences are written.
    package let isColoured: Bool

    /// Makes a style.
    package init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// The style for output to a place: colours on a terminal only, never under `NO_COLOR` or for `TERM=dumb`.
    package init(isTerminal: Bool, environment: [String: String]) {
        isColoured = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Bold text.
    package func bold(_ text: String) -> String { paint("1", text) }
    /// Text that stands back.
    package func dim(_ text: String) -> String { paint("2", text) }
    /// Text in red, for what is wrong.
    package func red(_ text: String) -> String { paint("31", text) }
    /// Text in yellow, for what to look at.
    package func yellow(_ text: String) -> String { paint("33", text) }
    /// Text in green, for what is well.
    package func green(_ text: String) -> String { paint("32", text) }

    private func paint(_ code: String, _ text: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Recorded text without control characters, so that it cannot command the terminal: they become `\u{1b}` and so on.
    package static func printable(_ text: String) -> String { PrintableText.of(text) }
}
