import CCurl

/// The client's thread: starts transfers, moves their bytes and ends them.
///
/// The multi handle and every easy handle are made, used and freed here and nowhere else, but for `curl_multi_wakeup`.
struct TransferLoop: ~Copyable {
    /// Easy handles kept for later requests.
    private static let idleLimit = 64

    private let inbox: Inbox
    private let multi: UnsafeMutableRawPointer
    private var active: [UnsafeMutableRawPointer: Transfer] = [:]
    private var idle: [EasyHandle] = []

    init(inbox: Inbox, multi: UnsafeMutableRawPointer) {
        self.inbox = inbox
        self.multi = multi
    }

    /// Runs until the inbox is closed; what is open then is cancelled.
    consuming func run() {
        while true {
            let content = inbox.take()
            for submission in content.submissions { start(submission) }
            for transfer in active.values
            where content.isClosed || content.cancelled.contains(transfer.submission.number) {
                end(transfer, .cancelled)
            }
            if content.isClosed { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            endFinished()
            let wait = endSilent()
            curl_multi_poll(multi, nil, 0, Int32(wait), nil)
        }
        for submission in inbox.end() { submission.continuation.resume(returning: CurlResponse(end: .cancelled)) }
        // Easy handles before the multi handle whose connections they know.
        idle = []
        curl_multi_cleanup(multi)
    }

    private mutating func start(_ submission: Submission) {
        func refuse(_ reason: String) {
            submission.continuation.resume(returning: CurlResponse(end: .failed(reason)))
        }
        if let fault = submission.request.fault { return refuse(fault) }
        guard let handle = idle.popLast() ?? EasyHandle() else { return refuse("no memory for a transfer") }
        let transfer = Transfer(submission, handle: handle)
        // Unretained: `active` holds the transfer until the handle is out of the multi handle again.
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        if let reason = handle.prepare(submission.request, context: context) { return refuse(reason) }
        let code = curl_multi_add_handle(multi, handle.pointer)
        guard code == CURLM_OK else { return refuse(String(cString: curl_multi_strerror(code))) }
        active[handle.pointer] = transfer
    }

    private mutating func endFinished() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let pointer = message.pointee.easy_handle,
                let transfer = active[pointer]
            else { continue }
            // Read before the handle is removed, which invalidates the message.
            let code = message.pointee.data.result
            transfer.finish(code)
            remove(transfer)
        }
    }

    /// Ends transfers in which nothing has moved for too long.
    ///
    /// - Returns: milliseconds until the next one may be due.
    private mutating func endSilent() -> Int64 {
        // A wake-up cuts the wait short, so an idle client need not look around often.
        var wait: Int64 = 60_000
        for transfer in active.values {
            guard let left = transfer.silenceLeft() else { continue }
            if left <= 0 {
                end(transfer, .timeout("nothing moved for longer than the limit"))
            } else {
                wait = min(wait, left / 1000 + 1)
            }
        }
        return wait
    }

    private mutating func end(_ transfer: Transfer, _ end: CurlEnd) {
        transfer.finish(end)
        remove(transfer)
    }

    private mutating func remove(_ transfer: Transfer) {
        curl_multi_remove_handle(multi, transfer.handle.pointer)
        active[transfer.handle.pointer] = nil
        guard idle.count < TransferLoop.idleLimit else { return }
        transfer.handle.reset()
        idle.append(transfer.handle)
    }
}
