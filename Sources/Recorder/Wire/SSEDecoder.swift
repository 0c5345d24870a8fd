import Glibc

/// Takes a stream of server-sent events apart, however its bytes are split over reads.
///
/// The rules are those of the WHATWG: lines end in LF, CR or CRLF in any mix, a byte order mark at the start and lines
/// that begin with a colon are ignored, several `data` lines join with a line feed, one space behind the colon is
/// dropped. As the official SDKs do, it works on bytes before any UTF-8 is decoded, gives out an event that has a name
/// but no data, and never gives out a last event that no blank line closes.
///
/// ```swift
/// var decoder = SSEDecoder()
/// for event in decoder.feed(bytes) { print(event.name ?? "message", event.data.count) }
/// if decoder.hasUnfinishedEvent { print("the stream was cut off") }
/// ```
package struct SSEDecoder: Sendable {
    /// Whether an event was larger than the limit and was therefore left out.
    package private(set) var hasOverflowed = false
    /// The value of the last `id` line without a NUL.
    package private(set) var lastEventID: String?
    /// The value of the last `retry` line that is a number, in milliseconds.
    package private(set) var retry: Int?

    private let limit: Int
    /// Bytes taken in so far.
    private var offset = 0
    /// The bytes of a line whose end has not come yet.
    private var line: [UInt8] = []
    /// How many bytes of a byte order mark have matched; 3 when it is done or ruled out.
    private var markLength = 0
    private var skipsLineFeed = false

    private var name: String?
    private var data: [UInt8] = []
    private var hasData = false
    private var hasFields = false
    /// Where the event that is being read begins.
    private var start: Int?
    private var isTooLarge = false
    /// Whether the line taken last was empty, which closes the event.
    private var isBlank = false

    /// Makes a decoder.
    ///
    /// - Parameter limit: How many bytes one event may have; larger ones are left out and `hasOverflowed` is set.
    package init(limit: Int = 16 << 20) {
        self.limit = limit
    }

    /// Whether the stream stands inside an event: a field, or the beginning of one, has come and no blank line since.
    package var hasUnfinishedEvent: Bool {
        hasFields || (line.first.map { $0 != UInt8(ascii: ":") } ?? false)
    }

    /// Whether the next byte begins a new event, so that an event of our own could be put here.
    package var isAtBorder: Bool {
        !hasFields && line.isEmpty && (markLength == 0 || markLength == 3)
    }

    /// Takes in the next bytes and gives back the events that they close.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [SSEEvent] {
        var events: [SSEEvent] = []
        guard let base = bytes.baseAddress else { return events }
        let origin = offset
        var position = 0
        if markLength < 3 { position = skipMark(bytes) }
        while position < bytes.count {
            if skipsLineFeed {
                skipsLineFeed = false
                if bytes[position] == UInt8(ascii: "\n") {
                    position += 1
                    continue
                }
            }
            let end = SSEDecoder.lineEnd(in: bytes, from: position)
            offset = origin + position
            guard end < bytes.count else {
                keep(UnsafeRawBufferPointer(rebasing: bytes[position...]))
                break
            }
            skipsLineFeed = bytes[end] == UInt8(ascii: "\r")
            if line.isEmpty {
                take(UnsafeRawBufferPointer(start: base + position, count: end - position), at: origin + position)
            } else {
                keep(UnsafeRawBufferPointer(start: base + position, count: end - position))
                let whole = line
                line = []
                whole.withUnsafeBytes { take($0, at: start ?? 0) }
            }
            position = end + 1
            if isBlank, let event = close(end: origin + position) { events.append(event) }
        }
        offset = origin + bytes.count
        return events
    }

    /// Takes in the next bytes and gives back the events that they close.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [SSEEvent] {
        if let events = bytes.withContiguousStorageIfAvailable({ feed(UnsafeRawBufferPointer($0)) }) { return events }
        return Array(bytes).withUnsafeBytes { feed($0) }
    }

    // MARK: - Lines

    private static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = bytes.baseAddress else { return bytes.count }
        let rest = bytes.count - start
        let feed = memchr(base + start, 0x0A, rest).map { base.distance(to: UnsafeRawPointer($0)) } ?? bytes.count
        // A CR is looked for only before the LF, so that lines are not searched twice.
        return memchr(base + start, 0x0D, feed - start).map { base.distance(to: UnsafeRawPointer($0)) } ?? feed
    }

    private mutating func skipMark(_ bytes: UnsafeRawBufferPointer) -> Int {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var position = 0
        while markLength < 3, position < bytes.count {
            guard bytes[position] == mark[markLength] else {
                // What looked like a mark is the beginning of the first line.
                if markLength > 0 {
                    start = 0
                    mark.prefix(markLength).withUnsafeBytes { keep($0) }
                }
                markLength = 3
                return position
            }
            markLength += 1
            position += 1
        }
        return position
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        if start == nil { start = offset }
        guard !isTooLarge, line.count + data.count + bytes.count <= limit else {
            isTooLarge = true
            // One byte is left to tell an event from a comment and a blank line from a long one.
            if line.isEmpty, let first = bytes.first { line.append(first) }
            return
        }
        line.append(contentsOf: bytes)
    }

    private mutating func take(_ line: UnsafeRawBufferPointer, at position: Int) {
        isBlank = line.isEmpty
        guard let first = line.first else { return }
        if start == nil { start = position }
        if line.count + data.count > limit { isTooLarge = true }
        guard first != UInt8(ascii: ":") else { return }
        hasFields = true
        guard !isTooLarge else { return }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.count
        var value = colon + 1
        if value < line.count, line[value] == UInt8(ascii: " ") { value += 1 }
        field(
            UnsafeRawBufferPointer(rebasing: line[..<colon]),
            UnsafeRawBufferPointer(rebasing: line[min(value, line.count)...])
        )
    }

    private mutating func field(_ field: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if field.elementsEqual("data".utf8) {
            if hasData { data.append(UInt8(ascii: "\n")) }
            hasData = true
            data.append(contentsOf: value)
        } else if field.elementsEqual("event".utf8) {
            name = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("id".utf8) {
            if !value.contains(0) { lastEventID = String(decoding: value, as: UTF8.self) }
        } else if field.elementsEqual("retry".utf8), value.allSatisfy({ (0x30...0x39).contains($0) }) {
            retry = Int(String(decoding: value, as: UTF8.self)) ?? retry
        }
    }

    private mutating func close(end: Int) -> SSEEvent? {
        defer {
            name = nil
            data = []
            (hasData, hasFields, isTooLarge) = (false, false, false)
            start = nil
        }
        if isTooLarge { hasOverflowed = true }
        guard !isTooLarge, hasData || name != nil else { return nil }
        return SSEEvent(name: name, data: data, start: start ?? 0, end: end)
    }
}
