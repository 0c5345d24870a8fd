import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How a connection of a mock upstream ends before its client closes it.
extension MockConnectionHandler {
    /// Ends the connection because the mock stops.
    func stop(_ stop: MockStop, context: ChannelHandlerContext) {
        isStopping = true
        // No more answers: what waits for one is not answered.
        guard isAnswering else { return context.close(promise: nil) }
        if isSilent { return reset(context: context) }
        if stop == .now {
            ledger.answerCut()
            reset(context: context)
        }
    }

    /// Resets the connection when the client's system has all that was written, or at the deadline.
    ///
    /// A reset takes away what still lies in this system.
    func resetWhenReceived(until deadline: NIODeadline, context: ChannelHandlerContext) {
        if unacknowledgedBytes(context: context) > 0, .now() < deadline {
            whenActive(at: .now() + .milliseconds(5), context: context) {
                $0.resetWhenReceived(until: deadline, context: $1)
            }
        } else if hasWritten {
            // Some clients look at the error before they look at what came.
            whenActive(at: .now() + .milliseconds(20), context: context) { $0.reset(context: $1) }
        } else {
            reset(context: context)
        }
    }

    /// Does something later, if the connection is there then.
    func whenActive(
        at time: NIODeadline,
        context: ChannelHandlerContext,
        _ body: @escaping (MockConnectionHandler, ChannelHandlerContext) -> Void
    ) {
        let loopBound = NIOLoopBound((self, context, body), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(deadline: time) {
            let (handler, context, body) = loopBound.value
            if context.channel.isActive { body(handler, context) }
        }
    }

    /// Closes with SO_LINGER 0, which makes the kernel send RST in place of FIN.
    func reset(context: ChannelHandlerContext) {
        let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
        guard let socket = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
            loopBound.value.close(promise: nil)
        }
    }

    /// The bytes that the system has and that the client's system has not said to have.
    private func unacknowledgedBytes(context: ChannelHandlerContext) -> Int {
        let bytes = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { socket -> CInt in
            var count: CInt = 0
            #if os(Linux)
            return ioctl(socket, UInt(TIOCOUTQ), &count) == 0 ? count : 0
            #else
            var size = socklen_t(MemoryLayout<CInt>.size)
            return getsockopt(socket, SOL_SOCKET, SO_NWRITE, &count, &size) == 0 ? count : 0
            #endif
        }
        return Int(bytes ?? 0)
    }
}
