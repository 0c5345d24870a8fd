import NIOCore

/// Answers that come from pages of the proxy itself.
extension ClientConnection {
    func answerPage(_ request: IncomingRequest) {
        guard let context else { return }
        let page = request.page
        let pages = worker.pages
        let isHead = page.method == "HEAD"
        let promise = context.eventLoop.makePromise(of: PageAnswer.self)
        promise.completeWithTask { await pages.respond(to: page) }
        promise.futureResult.assumeIsolated().whenSuccess { [weak self] answer in
            request.abandon()
            self?.write(answer, isHead: isHead)
        }
    }

    func write(_ answer: PageAnswer, isHead: Bool) {
        guard let context else { return }
        var bytes = context.channel.allocator.buffer(capacity: 512 + answer.body.readableBytes)
        bytes.writeString("HTTP/1.1 \(answer.status) \(answer.reason)\r\n")
        for (name, value) in answer.headers { bytes.writeString("\(name): \(value)\r\n") }
        bytes.writeString("Content-Length: \(answer.body.readableBytes)\r\n")
        if closesAfterAnswer { bytes.writeString("Connection: close\r\n") }
        bytes.writeString("\r\n")
        if !isHead { bytes.writeImmutableBuffer(answer.body) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        answerIsOut()
    }
}
