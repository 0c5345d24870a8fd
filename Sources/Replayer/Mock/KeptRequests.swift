/// The requests that a mock upstream was sent, with the bodies of the latest.
struct KeptRequests {
    /// The most bytes of all bodies together.
    static let bodyLimit = 64 << 20

    private(set) var all: [ReceivedRequest] = []
    private var bodyBytes = 0
    /// The place of the oldest request that may have its body.
    private var oldest = 0

    /// Adds a request; the oldest bodies go when there are too many bytes.
    mutating func append(_ request: ReceivedRequest) {
        all.append(request)
        bodyBytes += request.body.count
        while bodyBytes > Self.bodyLimit {
            bodyBytes -= all[oldest].body.count
            all[oldest].isBodyDropped = !all[oldest].body.isEmpty
            all[oldest].body = []
            oldest += 1
        }
    }
}
