/// Replaces secrets by placeholders before anything reaches a disk, a log or a page.
///
/// ```swift
/// let masker = Masker(key: try MaskingKey.load(orCreateAt: path))
/// masker.masked("x-api-key: sk-ant-api03-…")   // "x-api-key: ***masked:anthropic:1f09c2d4***"
/// ```
///
/// The tag is eight hexadecimal digits of an HMAC-SHA256 over the decoded secret: equal secrets keep equal tags in
/// every place and encoding, and nobody without the key can test a guess. Masking what is masked changes nothing.
package struct Masker: Sendable {
    let tagger: Tagger

    /// Makes a masker whose tags come from `key`.
    package init(key: MaskingKey) {
        tagger = Tagger(key: key)
    }

    /// Masks a decoded text, whole or a self-contained piece of it such as one element of a JSON array.
    ///
    /// - Returns: The masked bytes, or `nil` when nothing had to change.
    package func masked(_ text: UnsafeRawBufferPointer, as syntax: TextSyntax) -> [UInt8]? {
        var finder = EditFinder(tagger: tagger, syntax: syntax)
        let edits = finder.edits(in: text)
        return edits.isEmpty ? nil : Masker.apply(edits, to: text)
    }

    /// Masks a line for a log or a message.
    package func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard let masked = bytes.withUnsafeBytes({ self.masked($0, as: .text) }) else { return text }
        return String(decoding: masked, as: UTF8.self)
    }

    /// Masks the path of a URL, without its query.
    ///
    /// - Returns: The masked bytes, or `nil` when nothing had to change.
    package func maskedPath(_ path: UnsafeRawBufferPointer) -> [UInt8]? {
        let whole = masked(path, as: .text)
        // A slash is a character of base64, too: a secret in it is found in its own segment only. Most paths have no
        // segment that is long enough.
        var longest = 0
        var length = 0
        for byte in path {
            length = byte == UInt8(ascii: "/") ? 0 : length + 1
            longest = max(longest, length)
        }
        guard longest > 16 else { return whole }
        var changed = false
        let segments = (whole ?? Array(path)).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { segment -> [UInt8] in
                guard segment.count > 16, let masked = segment.withUnsafeBytes({ masked($0, as: .text) }) else {
                    return Array(segment)
                }
                changed = true
                return masked
            }
        return changed ? Array(segments.joined(separator: [UInt8(ascii: "/")])) : whole
    }

    /// Masks the query of a URL, without its `?`: secrets anywhere, and every value of a credential-like name.
    ///
    /// - Returns: The masked bytes, or `nil` when nothing had to change.
    package func maskedQuery(_ query: UnsafeRawBufferPointer) -> [UInt8]? {
        masked(query, as: .form)
    }

    static func apply(_ edits: [Edit], to raw: UnsafeRawBufferPointer) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(raw.count + edits.count * 32)
        var position = 0
        for edit in edits {
            output.append(contentsOf: raw[position..<edit.range.lowerBound])
            output.append(contentsOf: edit.replacement)
            position = edit.range.upperBound
        }
        output.append(contentsOf: raw[position...])
        return output
    }
}
