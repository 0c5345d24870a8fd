import CCurl
import Dispatch

/// An HTTP client on libcurl, with a thread of its own that moves the bytes of all its transfers.
///
/// ```swift
/// let client = try CurlClient()
/// let response = await client.perform(CurlRequest(url: "http://127.0.0.1:8080/health"))
/// print(response.status ?? 0, response.end)
/// ```
///
/// Connections are kept and used again; HTTP/2 shares one among transfers. Nothing is decoded, followed or retried, but
/// for one thing of libcurl's: a request on a kept connection that turns out to be closed, without a byte of an answer,
/// is sent once more on a new one, unless it is one that `isSentOnce`. Memory is bounded by the bodies in flight: those of the requests, and of answers as
/// much as each request's limit lets in.
package final class CurlClient: Sendable {
    private let inbox: Inbox

    /// Starts the thread.
    ///
    /// - Throws: `CurlError` when libcurl can't be set up.
    package init() throws(CurlError) {
        guard CurlLibrary.isReady, let multi = curl_multi_init() else {
            throw CurlError(message: "libcurl \(CurlLibrary.version) can't be set up: there may be no memory left")
        }
        let inbox = Inbox(multi: multi)
        self.inbox = inbox
        // As a number: from here on the pointer belongs to the thread.
        let address = Int(bitPattern: multi)
        DispatchQueue(label: "curl.transfers", qos: .userInitiated).async {
            guard let multi = UnsafeMutableRawPointer(bitPattern: address) else { return }
            TransferLoop(inbox: inbox, multi: multi).run()
        }
    }

    deinit {
        inbox.close()
    }

    /// Sends a request and waits until its transfer is over, whatever way it ends.
    ///
    /// When the task is cancelled the transfer ends as `cancelled`, with what has come so far.
    ///
    /// - Parameter request: the request.
    /// - Returns: what came of it; a failure is its `end`, not an error.
    package func perform(_ request: CurlRequest) async -> CurlResponse {
        let number = inbox.number()
        let response = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let submission = Submission(number: number, request: request, continuation: continuation)
                if !inbox.submit(submission) { continuation.resume(returning: CurlResponse(end: .cancelled)) }
            }
        } onCancel: {
            inbox.cancel(number)
        }
        inbox.forget(number)
        return response
    }
}
