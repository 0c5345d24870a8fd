import CurlSupport
import Recorder

extension AnswerFacts {
    /// Reads what came back in a replay; from here on it is masked.
    init(_ response: CurlResponse, masker: Masker) {
        let headers = HeaderBlock(response.headers.map { HeaderField($0.name, $0.value) })
        var body = BodyDecoding.decoded(response.body, headers: headers)
        if let plain = body {
            let masked = plain.withUnsafeBytes {
                masker.maskedBody(
                    $0,
                    chunkLengths: [],
                    contentType: response.value("content-type"),
                    contentEncoding: nil
                )
            }
            switch masked {
            case .unchanged: break
            case .masked(let bytes, _): body = bytes
            case .omitted: body = nil
            }
        }
        self.init(
            status: response.status,
            headers: headers,
            body: body,
            ending: Ending(response.end),
            firstByte: response.chunks.first?.offset ?? response.headOffset,
            duration: response.timing.total
        )
    }
}

extension Ending {
    /// How an exchange ended whose transfer ended so.
    init(_ end: CurlEnd) {
        switch end {
        case .complete: self = .complete
        case .truncated, .tooLarge: self = .truncated
        case .reset, .unreachable, .failed: self = .reset
        case .timeout: self = .timeout
        case .cancelled: self = .clientCancelled
        }
    }
}
