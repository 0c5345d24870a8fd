/// Reads recorded bodies the way their headers say.
package enum BodyDecoding {
    /// The body without its content coding.
    ///
    /// - Returns: `nil` for a coding other than gzip, deflate and identity; of a body that was cut off, what came before.
    package static func decoded(_ body: [UInt8], headers: HeaderBlock) -> [UInt8]? {
        guard var decoder = ContentDecoder(headers: headers) else { return nil }
        var output: [UInt8] = []
        body.withUnsafeBytes { decoder.decode($0, into: &output) }
        return output
    }

    /// Whether the headers announce server-sent events.
    package static func isEventStream(_ headers: HeaderBlock) -> Bool {
        guard let type = headers.first("content-type") else { return false }
        let essence = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        return essence.equalsIgnoringCase("text/event-stream")
    }
}
