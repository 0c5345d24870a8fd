/// The fields of requests, responses, header blocks and bodies within an exchange frame.
///
/// With a `base`, what equals the base is named instead of written: runs of its header lines, its body, its chunks.
enum MessageCoding {
    private enum Field {
        static let method: UInt64 = 1
        static let path: UInt64 = 2
        static let query: UInt64 = 3
        static let headers: UInt64 = 4
        static let body: UInt64 = 5
        static let sameBody: UInt64 = 6
        static let status: UInt64 = 7
        static let chunks: UInt64 = 8
    }

    static func encode(_ request: RecordedRequest, base: RecordedRequest?, into writer: inout RecordWriter) {
        writer.field(Field.method, request.method)
        writer.field(Field.path, request.path)
        if let query = request.query { writer.field(Field.query, query) }
        writer.field(Field.headers) { encode(request.headers, base: base?.headers, into: &$0) }
        if let base, base.body == request.body {
            writer.field(Field.sameBody, 1)
        } else {
            writer.field(Field.body) { encode(request.body, into: &$0) }
        }
    }

    static func request(_ bytes: ArraySlice<UInt8>, base: RecordedRequest?) throws(StoreError) -> RecordedRequest {
        var reader = RecordReader(bytes)
        var request = RecordedRequest(method: "", path: "")
        while let (number, value) = try reader.next() {
            switch number {
            case Field.method: request.method = try value.text
            case Field.path: request.path = try value.text
            case Field.query: request.query = try value.text
            case Field.headers: request.headers = try headers(try value.bytes, base: base?.headers)
            case Field.body: request.body = try body(try value.bytes)
            case Field.sameBody: request.body = base?.body ?? BodyRecord()
            default: continue
            }
        }
        return request
    }

    static func encode(_ response: RecordedResponse, base: RecordedResponse?, into writer: inout RecordWriter) {
        writer.field(Field.status, UInt64(max(0, response.status)))
        writer.field(Field.headers) { encode(response.headers, base: base?.headers, into: &$0) }
        if let base, base.body == response.body, base.chunks == response.chunks {
            writer.field(Field.sameBody, 1)
            return
        }
        writer.field(Field.body) { encode(response.body, into: &$0) }
        writer.field(Field.chunks) {
            var last: Int64 = 0
            for chunk in response.chunks {
                // Offsets never decrease: they come from the monotonic clock.
                $0.varint(UInt64(max(0, chunk.offset - last)))
                $0.varint(UInt64(chunk.length))
                last = max(last, chunk.offset)
            }
        }
    }

    static func response(_ bytes: ArraySlice<UInt8>, base: RecordedResponse?) throws(StoreError) -> RecordedResponse {
        var reader = RecordReader(bytes)
        var response = RecordedResponse(status: 0)
        while let (number, value) = try reader.next() {
            switch number {
            case Field.status: response.status = try value.int
            case Field.headers: response.headers = try headers(try value.bytes, base: base?.headers)
            case Field.body: response.body = try body(try value.bytes)
            case Field.chunks:
                var packed = RecordReader(try value.bytes)
                var offset: Int64 = 0
                while !packed.isAtEnd {
                    offset &+= Int64(truncatingIfNeeded: try packed.varint())
                    response.chunks.append(Chunk(offset: offset, length: try packed.count()))
                }
            case Field.sameBody:
                response.body = base?.body ?? BodyRecord()
                response.chunks = base?.chunks ?? []
            default: continue
            }
        }
        return response
    }

    // MARK: - Header blocks: 0 and a literal line, or first line + 1 and count of a run of the base

    private static func encode(_ headers: HeaderBlock, base: HeaderBlock?, into writer: inout RecordWriter) {
        var index = 0
        var expected = 0
        while index < headers.count {
            if let base, let start = base.firstLine(from: expected, equalTo: index, of: headers) {
                var count = 1
                while index + count < headers.count, start + count < base.count,
                    headers.line(at: index + count, equals: start + count, of: base)
                {
                    count += 1
                }
                writer.varint(UInt64(start + 1))
                writer.varint(UInt64(count))
                index += count
                expected = start + count
            } else {
                writer.varint(0)
                writer.raw(headers.name(at: index))
                writer.raw(headers.value(at: index))
                index += 1
            }
        }
    }

    private static func headers(_ bytes: ArraySlice<UInt8>, base: HeaderBlock?) throws(StoreError) -> HeaderBlock {
        var reader = RecordReader(bytes)
        var headers = HeaderBlock()
        while !reader.isAtEnd {
            let start = try reader.count()
            if start == 0 {
                let name = try reader.raw()
                headers.append(name: name, value: try reader.raw())
                continue
            }
            let count = try reader.count()
            guard let base, start - 1 + count <= base.count else {
                throw StoreError(.corrupt, "a header line refers to one that is not there")
            }
            for index in (start - 1)..<(start - 1 + count) {
                headers.append(name: base.name(at: index), value: base.value(at: index))
            }
        }
        return headers
    }

    // MARK: - Bodies

    private static func encode(_ body: BodyRecord, into writer: inout RecordWriter) {
        if body.wireLength > 0 { writer.field(1, UInt64(body.wireLength)) }
        if body.storedLength > 0 { writer.field(2, UInt64(body.storedLength)) }
        if !body.pieces.isEmpty {
            writer.field(3) {
                for run in body.pieces {
                    $0.varint(run.offset)
                    // The lowest bit says whether a distance to an earlier segment follows.
                    $0.varint(UInt64(run.count) << 1 | (run.segmentsBack > 0 ? 1 : 0))
                    if run.segmentsBack > 0 { $0.varint(UInt64(run.segmentsBack)) }
                }
            }
        }
        if let omitted = body.omitted { writer.field(4, omitted) }
    }

    private static func body(_ bytes: ArraySlice<UInt8>) throws(StoreError) -> BodyRecord {
        var reader = RecordReader(bytes)
        var body = BodyRecord()
        while let (number, value) = try reader.next() {
            switch number {
            case 1: body.wireLength = try value.int
            case 2: body.storedLength = try value.int
            case 3:
                var packed = RecordReader(try value.bytes)
                while !packed.isAtEnd {
                    let offset = try packed.varint()
                    let count = try packed.count()
                    let back = count & 1 == 1 ? try packed.count() : 0
                    body.pieces.append(PieceRun(offset: offset, count: count >> 1, segmentsBack: back))
                }
            case 4: body.omitted = try value.text
            default: continue
            }
        }
        return body
    }
}

extension HeaderBlock {
    /// The first line at or behind `start` that equals a line of another block; a few lines are looked at, as heads
    /// that were forwarded differ in few places.
    fileprivate func firstLine(from start: Int, equalTo other: Int, of block: HeaderBlock) -> Int? {
        var index = start
        while index < count, index < start + 8 {
            if line(at: index, equals: other, of: block) { return index }
            index += 1
        }
        return nil
    }
}
