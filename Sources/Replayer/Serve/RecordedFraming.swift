import Recorder

/// How the body of a recorded answer is framed when it is given again.
///
/// A bundle's header lines may say anything: what can't frame the body that is there is left out.
struct RecordedFraming {
    /// Whether a body is sent at all.
    let hasBody: Bool
    /// Whether the body is sent in chunks.
    let isChunked: Bool
    /// Whether the head gets a line that says so, which was not recorded.
    let addsChunked: Bool
    /// What `content-length` lines say; `nil` when they are left out.
    let length: Int?
    /// Whether the end of the answer is the end of the connection.
    let closes: Bool

    /// Chooses the framing of an answer.
    ///
    /// - Parameters:
    ///   - response: what was recorded.
    ///   - bodyLength: how many bytes there are to send.
    ///   - hasBody: whether the request and the status let the answer have a body.
    ///   - isWhole: whether the answer came to a proper end.
    init(_ response: RecordedResponse, bodyLength: Int, hasBody: Bool, isWhole: Bool) {
        self.hasBody = hasBody
        let saysChunked = Self.says("chunked", response.headers, in: "transfer-encoding")
        let announced = saysChunked ? nil : Self.length(response, atLeast: hasBody ? bodyLength : 0)
        length = announced
        // Without any framing an end of the connection is a proper end, which is what this one must not look like.
        addsChunked = hasBody && !isWhole && !saysChunked && announced == nil
        isChunked = saysChunked || addsChunked
        closes =
            Self.says("close", response.headers, in: "connection")
            || hasBody && !isChunked && announced != bodyLength
    }

    private static func says(_ word: String, _ headers: HeaderBlock, in name: String) -> Bool {
        headers.contains { $0.name.equalsIgnoringCase(name) && $0.value.lowercased().contains(word) }
    }

    /// The announced length, changed as masking changed the body's; `nil` when none is announced that can be true.
    private static func length(_ response: RecordedResponse, atLeast least: Int) -> Int? {
        let values = Set(response.headers.filter { $0.name.equalsIgnoringCase("content-length") }.map(\.value))
        // `Int` would take a sign as well.
        guard values.count == 1, let value = values.first, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let said = Int(value)
        else { return nil }
        let growth = response.body.storedLength.subtractingReportingOverflow(response.body.wireLength)
        let length = said.addingReportingOverflow(growth.partialValue)
        guard !growth.overflow, !length.overflow else { return nil }
        let announced = max(0, length.partialValue)
        return announced >= least ? announced : nil
    }
}
