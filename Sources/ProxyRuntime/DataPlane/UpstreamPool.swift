import NIOCore
import NIOPosix
import NIOSSL

/// The upstream connections of one event loop; those that are free wait for the next request to their target.
final class UpstreamPool {
    private let eventLoop: any EventLoop
    private let limits: TimeLimits
    private let tls: NIOSSLContext
    /// Few targets: looking through them is quicker than hashing their names.
    private var free: [(target: UpstreamTarget, connections: [UpstreamConnection])] = []
    private var all: [ObjectIdentifier: UpstreamConnection] = [:]

    /// How many free connections to one target are kept.
    private static let freeLimit = 256

    init(eventLoop: any EventLoop, limits: TimeLimits, tls: NIOSSLContext) {
        self.eventLoop = eventLoop
        self.limits = limits
        self.tls = tls
    }

    /// A free connection that was used last, or a new one.
    ///
    /// - Parameters:
    ///   - target: where it leads.
    ///   - fresh: whether it must be a new one.
    ///   - consumer: gets the answer, or the reason why there is no connection.
    /// - Returns: a connection that may still have to connect; it can be given a request at once.
    func connection(to target: UpstreamTarget, fresh: Bool, for consumer: any UpstreamConsumer) -> UpstreamConnection {
        if !fresh, let index = place(of: target), let connection = free[index].connections.popLast() {
            return connection
        }
        let connection = UpstreamConnection(target: target, pool: self, consumer: consumer)
        all[ObjectIdentifier(connection)] = connection
        connect(connection)
        return connection
    }

    private func connect(_ connection: UpstreamConnection) {
        let target = connection.target
        let begin = NIODeadline.now()
        // The handlers are added to the channel that won: while several addresses are tried there are several.
        ClientBootstrap(group: eventLoop)
            .connectTimeout(limits.connect)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            // A reset behind the end of a stream tells that a request was not read; TLS ends with an alert instead.
            .channelOption(.allowRemoteHalfClosure, value: !target.isSecure)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 65536)
            )
            .connect(host: target.host, port: target.port)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    do {
                        try self.add(connection, to: channel, connectTime: .now() - begin)
                    } catch {
                        channel.close(promise: nil)
                        connection.connectFailed(error)
                    }
                case .failure(let error):
                    connection.connectFailed(error)
                }
            }
    }

    private func add(_ connection: UpstreamConnection, to channel: any Channel, connectTime: TimeAmount) throws {
        let target = connection.target
        let pipeline = channel.pipeline.syncOperations
        if target.isSecure {
            let name = target.host.isAddress ? nil : target.host
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
        }
        connection.connectTime = connectTime
        try pipeline.addHandler(connection)
    }

    private func place(of target: UpstreamTarget) -> Int? {
        free.firstIndex { $0.target == target }
    }

    /// Takes a connection back that has done its request.
    func release(_ connection: UpstreamConnection) {
        guard let index = place(of: connection.target) else {
            return free.append((connection.target, [connection]))
        }
        guard free[index].connections.count < UpstreamPool.freeLimit else { return connection.close() }
        free[index].connections.append(connection)
    }

    /// Drops a connection that is closed.
    func forget(_ connection: UpstreamConnection) {
        all[ObjectIdentifier(connection)] = nil
        if let index = place(of: connection.target) { free[index].connections.removeAll { $0 === connection } }
    }

    /// Ends what has waited too long.
    func checkTime(_ now: NIODeadline) {
        for connection in Array(all.values) { connection.checkTime(now, limits) }
    }

    /// Closes every free connection.
    func closeFree() {
        for connection in free.flatMap(\.connections) { connection.close() }
    }
}

extension String {
    /// Whether the text is an IP address, which has no place in TLS server names (RFC 6066 section 3).
    var isAddress: Bool { (try? SocketAddress(ipAddress: self, port: 0)) != nil }
}
