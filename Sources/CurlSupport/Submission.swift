/// A request on its way to the client's thread, and whom to give the answer.
struct Submission: Sendable {
    var number: UInt64
    var request: CurlRequest
    var continuation: CheckedContinuation<CurlResponse, Never>
}
