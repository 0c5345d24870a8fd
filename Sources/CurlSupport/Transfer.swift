import CCurl
import Dispatch

/// A request that is being answered; lives on the client's thread alone.
final class Transfer {
    let submission: Submission
    let handle: EasyHandle
    private let start = DispatchTime.now().uptimeNanoseconds
    private var head = HeadReader()
    private var response = CurlResponse(end: .complete)
    private var isTooLarge = false
    private var lastMove: Int64 = 0
    private var uploaded: Int64 = 0

    init(_ submission: Submission, handle: EasyHandle) {
        self.submission = submission
        self.handle = handle
    }

    /// Microseconds since the transfer began.
    private var now: Int64 { Int64((DispatchTime.now().uptimeNanoseconds - start) / 1000) }

    func receiveHead(_ line: UnsafeRawBufferPointer) {
        let wasWhole = head.isWhole
        head.take(line)
        lastMove = now
        if head.isWhole, !wasWhole { response.headOffset = lastMove }
    }

    /// Takes body bytes.
    ///
    /// - Returns: the bytes taken; fewer than there are end the transfer.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        lastMove = now
        let room = submission.request.limits.body - response.body.count
        isTooLarge = bytes.count > room
        let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(max(0, room)))
        guard !part.isEmpty else { return 0 }
        response.body.append(contentsOf: part)
        if let last = response.chunks.last, last.offset == lastMove {
            response.chunks[response.chunks.count - 1].length += part.count
        } else {
            response.chunks.append(CurlResponse.Chunk(offset: lastMove, length: part.count))
        }
        return part.count
    }

    /// The microseconds of silence that are still allowed, or `nil` without such a limit.
    func silenceLeft() -> Int64? {
        guard let limit = submission.request.limits.silence else { return nil }
        let sent = handle.offset(CURLINFO_SIZE_UPLOAD_T)
        if sent > uploaded {
            uploaded = sent
            lastMove = now
        }
        return lastMove + Int64(limit.milliseconds) * 1000 - now
    }

    /// Ends the transfer as libcurl says.
    func finish(_ code: CURLcode) {
        finish(isTooLarge ? .tooLarge : CurlEnd(code, reason: handle.reason(of: code)))
    }

    /// Ends the transfer and hands over what has come.
    func finish(_ end: CurlEnd) {
        response.status = head.status
        response.reason = head.reason
        response.headers = head.headers
        response.version = CurlVersion(answer: handle.number(CURLINFO_HTTP_VERSION))
        response.end = end
        response.timing = CurlTiming(
            dns: handle.time(CURLINFO_NAMELOOKUP_TIME_T),
            connect: handle.time(CURLINFO_CONNECT_TIME_T),
            tls: handle.time(CURLINFO_APPCONNECT_TIME_T),
            firstByte: head.status == nil ? nil : handle.time(CURLINFO_STARTTRANSFER_TIME_T),
            total: now,
            isReused: head.status != nil && handle.number(CURLINFO_NUM_CONNECTS) == 0
        )
        submission.continuation.resume(returning: response)
    }
}
