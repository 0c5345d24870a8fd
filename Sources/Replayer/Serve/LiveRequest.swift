import Recorder

/// A request that came to the mock, in the form in which recorded ones are: masked.
struct LiveRequest {
    /// What it is matched by.
    let face: RequestFace
    /// The body without its content coding, masked; empty when it can't be read.
    let body: [UInt8]
    /// A hash of what it authenticates with; the credential itself is not kept.
    let credential: UInt64?

    init(_ request: ReceivedRequest, masker: Masker, parts: inout PartForms) {
        let headers = HeaderBlock(request.headers.map { HeaderField($0.name, $0.value) })
        let plain = BodyDecoding.decoded(request.body, headers: headers) ?? request.body
        let masked = plain.withUnsafeBytes {
            masker.maskedBody($0, chunkLengths: [], contentType: headers.first("content-type"), contentEncoding: nil)
        }
        switch masked {
        case .unchanged: body = plain
        case .masked(let bytes, _): body = bytes
        // What the recorder would not have stored can't be compared either.
        case .omitted: body = []
        }
        let path = Array(request.path.utf8).withUnsafeBytes { masker.maskedPath($0) }
        let query = request.query.map { text in
            Array(text.utf8).withUnsafeBytes { masker.maskedQuery($0) }.map { String(decoding: $0, as: UTF8.self) }
                ?? text
        }
        face = RequestFace(
            method: masker.masked(request.method),
            path: path.map { String(decoding: $0, as: UTF8.self) } ?? request.path,
            query: query,
            body: body,
            parts: &parts
        )
        let secret = headers.first("x-api-key") ?? headers.first("authorization")
        credential = secret.map { secret in
            // Seeded anew in each process, so it says nothing to anybody else.
            var hasher = Hasher()
            hasher.combine(secret)
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
    }
}
