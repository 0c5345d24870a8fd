/// How a text is put together, as far as masking has to know.
package enum TextSyntax: Sendable {
    /// Anything that reads as text.
    case text
    /// One JSON value, or a piece of one.
    case json
    /// Server-sent events or lines of JSON, in which text may be spread over many events.
    case eventStream
    /// `application/x-www-form-urlencoded`, or a URL's query.
    case form
}

/// Turns the secrets of a text into changes of its raw bytes.
struct EditFinder {
    private var scanner: TextScanner
    private let syntax: TextSyntax

    init(tagger: Tagger, syntax: TextSyntax) {
        scanner = TextScanner(tagger: tagger)
        self.syntax = syntax
    }

    /// Gives the changes in order and without overlaps.
    mutating func edits(in raw: UnsafeRawBufferPointer) -> [Edit] {
        switch syntax {
        case .text, .json:
            return scanner.scan(raw).map { Edit($0, textCount: raw.count) }
        case .form:
            var findings = scanner.scan(raw)
            findings.append(contentsOf: FormValues.findings(in: raw, scanner: &scanner))
            findings.resolveOverlaps()
            return findings.map { Edit($0, textCount: raw.count) }
        case .eventStream:
            return streamEdits(in: raw)
        }
    }

    private mutating func streamEdits(in raw: UnsafeRawBufferPointer) -> [Edit] {
        var streams = DeltaStreams()
        streams.collect(from: raw)
        var edits: [Edit] = []
        // What lies within one fragment is judged in the assembled text, where it may be longer.
        for finding in scanner.scan(raw)
        where !streams.hasFragment(
            around: min(finding.contextStart, finding.range.lowerBound)..<finding.range.upperBound
        ) {
            edits.append(Edit(finding, textCount: raw.count))
        }
        for stream in streams.assembled {
            let findings = stream.bytes.withUnsafeBytes { scanner.scan($0) }
            for finding in findings { edits.append(contentsOf: stream.edits(for: finding)) }
        }
        guard !edits.isEmpty else { return edits }
        edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        var result: [Edit] = []
        for edit in edits {
            guard let last = result.last, edit.range.lowerBound < last.range.upperBound else {
                result.append(edit)
                continue
            }
            // Only a value that was found by a name outside its fragment gets here: both must go.
            result[result.count - 1].range = last.range.lowerBound..<max(last.range.upperBound, edit.range.upperBound)
        }
        return result
    }
}
