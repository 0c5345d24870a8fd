/// Reads `.env` files: `NAME=value` lines with comments, quotes, comments behind values, `export`, and quoted values
/// that go over several lines.
///
/// In double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are escapes; in single quotes nothing is; without quotes a
/// value ends at a `#` behind white space. Variables are not expanded.
package enum EnvFile {
    /// Parses the text of a file.
    ///
    /// - Returns: the values by name; of a name that occurs twice the last one.
    /// - Throws: `SettingsError` naming the file and the line.
    package static func parse(_ text: String, file: String) throws(SettingsError) -> [String: String] {
        var parser = EnvParser(text: Array(text.unicodeScalars), file: file)
        return try parser.parse()
    }
}

private struct EnvParser {
    var text: [Unicode.Scalar]
    var file: String
    var position = 0
    var line = 1

    init(text: [Unicode.Scalar], file: String) {
        // Windows line ends and a byte order mark mean nothing here.
        self.text = text.filter { $0 != "\r" && $0 != "\u{FEFF}" }
        self.file = file
    }

    private var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func advance() {
        if current == "\n" { line += 1 }
        position += 1
    }

    private mutating func skipSpaces() {
        while current == " " || current == "\t" { advance() }
    }

    private mutating func skipLine() {
        while let scalar = current, scalar != "\n" { _ = scalar; advance() }
    }

    mutating func parse() throws(SettingsError) -> [String: String] {
        var values: [String: String] = [:]
        while current != nil {
            skipSpaces()
            if current == "\n" {
                advance()
            } else if current == "#" {
                skipLine()
            } else if current != nil {
                let name = try name()
                values[name] = try value(of: name)
            }
        }
        return values
    }

    private mutating func name() throws(SettingsError) -> String {
        var name = word()
        if name == "export" {
            skipSpaces()
            name = word()
        }
        skipSpaces()
        guard !name.isEmpty, current == "=" else {
            throw SettingsError(message: "\(file), line \(line): expected NAME=value")
        }
        advance()
        return name
    }

    private mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = current, scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
            word.append(scalar)
            advance()
        }
        return String(word)
    }

    private mutating func value(of name: String) throws(SettingsError) -> String {
        skipSpaces()
        if let quote = current, quote == "\"" || quote == "'" {
            return try quoted(by: quote, name)
        }
        var value = String.UnicodeScalarView()
        while let scalar = current, scalar != "\n" {
            if scalar == "#", value.isEmpty || value.last == " " || value.last == "\t" { break }
            value.append(scalar)
            advance()
        }
        skipLine()
        return String(value).trimmingSpaces
    }

    private mutating func quoted(by quote: Unicode.Scalar, _ name: String) throws(SettingsError) -> String {
        let start = line
        var value = String.UnicodeScalarView()
        advance()
        while let scalar = current, scalar != quote {
            advance()
            if scalar == "\\", quote == "\"", let escaped = current {
                advance()
                switch escaped {
                case "n": value.append("\n")
                case "r": value.append("\r")
                case "t": value.append("\t")
                case "\"", "\\", "$": value.append(escaped)
                default: value.append(contentsOf: ["\\", escaped])
                }
            } else {
                value.append(scalar)
            }
        }
        guard current == quote else {
            throw SettingsError(message: "\(file), line \(start): the quoted value of \(name) has no closing quote")
        }
        advance()
        skipSpaces()
        guard current == nil || current == "\n" || current == "#" else {
            throw SettingsError(message: "\(file), line \(line): text behind the quoted value of \(name)")
        }
        skipLine()
        return String(value)
    }
}
