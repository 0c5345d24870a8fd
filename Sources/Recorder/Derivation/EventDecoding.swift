/// Derives events and their times from the chunks of a response.
package enum EventDecoding {
    /// The events of a response in order.
    ///
    /// Chunks are lengths of the stored body, which may be compressed, so each chunk is decoded by itself: an event
    /// arrived with the chunk that closed it. Bytes that no chunk accounts for arrived with the last one.
    ///
    /// - Parameters:
    ///   - response: The response with its headers and chunks.
    ///   - body: The stored bytes of its body.
    /// - Returns: No events when the body is no event stream or its coding is not understood.
    package static func events(of response: RecordedResponse, body: [UInt8]) -> [RecordedEvent] {
        guard BodyDecoding.isEventStream(response.headers), var decoder = ContentDecoder(headers: response.headers)
        else { return [] }
        var parser = SSEDecoder()
        var events: [RecordedEvent] = []
        body.withUnsafeBytes { body in
            var position = 0
            var text: [UInt8] = []
            func take(_ count: Int, at offset: Int64) {
                let end = position + min(max(0, count), body.count - position)
                text.removeAll(keepingCapacity: true)
                decoder.decode(UnsafeRawBufferPointer(rebasing: body[position..<end]), into: &text)
                position = end
                for event in parser.feed(text) {
                    events.append(
                        RecordedEvent(index: events.count + 1, offset: offset, name: event.name, data: event.data)
                    )
                }
            }
            for chunk in response.chunks { take(chunk.length, at: chunk.offset) }
            if position < body.count { take(body.count - position, at: response.chunks.last?.offset ?? 0) }
        }
        return events
    }
}
