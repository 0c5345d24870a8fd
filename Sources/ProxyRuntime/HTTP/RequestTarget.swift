import NIOCore
import Recorder

/// The target of a request, taken apart (RFC 9112 section 3.2).
struct RequestTarget {
    /// Path and query as sent upstream and their places, both within the head.
    var path: HTTPHead.Part
    /// What follows the `?`, or `nil` when there is no `?`.
    var query: HTTPHead.Part?

    /// Takes the target of a request apart.
    ///
    /// - Throws: `HTTPParseError` for forms that only make sense to a forward proxy.
    init(_ head: HTTPHead) throws(HTTPParseError) {
        let start = Int(head.second.start)
        let end = start + Int(head.second.length)
        let place = head.bytes.withUnsafeReadableBytes { raw -> (path: Int, query: Int?)? in
            var path = start
            if raw[start] != 0x2F {
                // The absolute form `http://host/path`, which servers must accept: its authority is ignored, as `Host` is.
                let target = UnsafeRawBufferPointer(rebasing: raw[start..<end])
                guard let colon = target.firstIndex(of: 0x3A), target.count > colon + 3, target[colon + 1] == 0x2F,
                    target[colon + 2] == 0x2F,
                    let slash = target[(colon + 3)...].firstIndex(where: { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 }),
                    target[slash] == 0x2F
                else { return nil }
                path = start + slash
            }
            return (path, raw[path..<end].firstIndex(of: 0x3F))
        }
        guard let place else { throw HTTPParseError("the request target is not a path") }
        path = HTTPHead.Part(start: place.path, length: (place.query ?? end) - place.path)
        query = place.query.map { HTTPHead.Part(start: $0 + 1, length: end - $0 - 1) }
    }

    /// Path and query together.
    var pathAndQuery: HTTPHead.Part {
        HTTPHead.Part(start: Int(path.start), length: Int(path.length) + (query.map { Int($0.length) + 1 } ?? 0))
    }
}
