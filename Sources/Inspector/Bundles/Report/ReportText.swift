import Recorder

/// Texts from strangers, made harmless for the pages of a report.
enum ReportText {
    /// A text for HTML, between tags or in an attribute.
    static func html(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(isHarmless(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return result
    }

    /// A text for one line of Markdown.
    static func markdown(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(500) {
            if "\\`*_[]<>|#&".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(isHarmless(scalar) ? scalar : " ")
        }
        return result
    }

    /// Neither a control character nor one that turns the direction of writing round.
    private static func isHarmless(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: false
        default: true
        }
    }

    /// `x17` of a row.
    static func address(_ summary: ExchangeSummary) -> String {
        ExchangeAddress(exchange: summary.number).description
    }

    /// The span of a recording in words, in UTC.
    static func span(_ manifest: BundleManifest) -> String {
        guard let from = manifest.from, let until = manifest.until else { return "no exchanges" }
        return "\(seconds(from)) to \(seconds(until)) UTC"
    }

    /// An instant to the second: `2026-11-20 10:00:00`.
    static func seconds(_ time: Timestamp) -> String {
        String(time.description.prefix(19)).replacing("T", with: " ")
    }

    /// The clock's time to the millisecond: `10:00:00.123`.
    static func clock(_ time: Timestamp) -> String {
        String(time.description.dropFirst(11).prefix(12))
    }
}

extension String {
    fileprivate func replacing(_ one: Character, with other: Character) -> String {
        String(map { $0 == one ? other : $0 })
    }
}
