package import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
package import Recorder
import ServiceLifecycle

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The proxy as a whole: listens, proxies, records, and ends in order.
///
/// ```swift
/// let server = try ProxyServer(settings: settings, logger: logger)
/// let address = try await server.start()
/// …
/// await server.drain()
/// ```
package final class ProxyServer: Sendable {
    /// Where the proxy listens.
    package struct Address: Sendable, CustomStringConvertible {
        package var host: String
        package var port: Int
        /// The URL to give to clients.
        package var description: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    }

    private let settings: ProxySettings
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let recorder: CapturePipeline
    private let router: AccountRouter
    private let keeper: RoutingKeeper
    private let workers: [Worker]
    private let filesWatch: StoreFilesWatch
    private let listener = NIOLockedValueBox<(any Channel)?>(nil)
    private let isEnding = NIOLockedValueBox(false)

    /// The accounts there are.
    package let accounts: AccountDirectory
    /// The clients' keys there are.
    package let clientKeys: ClientKeyRing

    /// Opens the store and prepares everything but the port.
    ///
    /// - Throws: `StoreError`, `SettingsError` or a TLS error: one line that names what is wrong.
    package init(settings: ProxySettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        let tls = try ProxyServer.tls(settings)
        let accounts = try AccountDirectory(
            environment: settings.accountsEnvironment,
            layout: settings.layout,
            logger: logger
        )
        let clientKeys = try ClientKeyRing(
            layout: settings.layout,
            isRequired: settings.requiresClientKeys,
            logger: logger
        )
        try settings.checkExposure(goodKeys: clientKeys.goodKeys)
        self.accounts = accounts
        self.clientKeys = clientKeys
        let recorder = try CapturePipeline(layout: settings.layout, settings: settings.recorder, logger: logger)
        self.recorder = recorder
        // Made with the store, if it was not there.
        let maskingKey = try MaskingKey.load(orCreateAt: settings.layout.maskingKey)
        let router = AccountRouter(
            settings.routing,
            maskingKey: maskingKey,
            seed: .random(in: .min ... .max)
        )
        router.use(accounts.accounts)
        self.router = router
        let keeper = RoutingKeeper(router: router, layout: settings.layout, logger: logger)
        self.keeper = keeper
        filesWatch = StoreFilesWatch(
            accounts: accounts,
            clientKeys: clientKeys,
            logger: logger,
            onAccounts: { router.use($0) },
            onLook: { keeper.save(at: WallClock.now()) }
        )
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, System.coreCount))
        self.group = group
        let accountsPage = AccountsPage(
            directory: accounts,
            maskingKey: maskingKey,
            routing: { router.snapshot(at: WallClock.now()) }
        )
        let pages = HummingbirdPages(
            health: HealthPage(recorder: recorder, accounts: accountsPage, started: .now()),
            accounts: accountsPage,
            access: APIAccess(token: settings.adminToken, isLoopback: settings.isLoopback),
            logger: logger
        )
        var dataPlane = settings.dataPlane
        if settings.isInsecure || !settings.isLoopback { dataPlane.refusesStrangers = false }
        let budget = BodyBudget(limit: settings.bodyBudget)
        keeper.restore(at: WallClock.now())
        workers = group.makeIterator().map { eventLoop in
            Worker(
                eventLoop: eventLoop,
                settings: dataPlane,
                recorder: recorder,
                router: router,
                upstream: settings.upstream,
                clientKeys: clientKeys,
                pages: pages,
                bodyBudget: budget,
                tls: tls
            )
        }
        for worker in workers { recorder.addListener(worker) }
    }

    private static func tls(_ settings: ProxySettings) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        if let (path, setting) = settings.upstreamCertificates {
            do {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } catch {
                throw SettingsError(setting, path, "holds no readable PEM certificates")
            }
        }
        return try NIOSSLContext(configuration: configuration)
    }

    /// What seals the recordings of this server; it is to be started, and closed before `drain`.
    package func sealer() -> StoreSealer {
        StoreSealer(settings.layout, settings: settings.sealing, recorder: recorder, logger: logger)
    }

    /// How the recording goes.
    package var recordingState: RecordingState { recorder.recordingState }

    /// Begins to listen.
    ///
    /// - Throws: `SettingsError` naming the address, the reason and the remedy.
    package func start() async throws -> Address {
        for worker in workers {
            try await worker.eventLoop.submit { worker.start() }.get()
        }
        let workers = self.workers
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 4096)
            // A burst of connections is taken in one turn, not four at a time.
            .serverChannelOption(.maxMessagesPerRead, value: 256)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 262_144)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let worker = workers.first(where: { $0.eventLoop === channel.eventLoop }) else {
                        throw ChannelError.operationUnsupported
                    }
                    try channel.pipeline.syncOperations.addHandler(ClientConnection(worker: worker))
                }
            }
        do {
            let channel = try await bootstrap.bind(host: settings.host, port: settings.port).get()
            listener.withLockedValue { $0 = channel }
            filesWatch.start()
            return Address(host: settings.host, port: channel.localAddress?.port ?? settings.port)
        } catch {
            throw ProxyServer.bindError(error, settings)
        }
    }

    private static func bindError(_ error: any Error, _ settings: ProxySettings) -> SettingsError {
        let place = "\(settings.host):\(settings.port)"
        if let error = error as? IOError, error.errnoCode == EADDRINUSE {
            return SettingsError(
                message: "port \(settings.port) is in use at \(settings.host): stop what listens there "
                    + "(`lsof -i :\(settings.port)` names it), or choose another with --port"
            )
        }
        if error is SocketAddressError || error is NIOConnectionError {
            return SettingsError(message: "no such address: \(settings.host): choose another with --host")
        }
        return SettingsError(message: "cannot listen at \(place): \(ConnectError.reason(error))")
    }

    /// Ends: no new connections, open exchanges get their time, everything recorded is written.
    ///
    /// A second call does nothing.
    package func drain() async {
        let wasEnding = isEnding.withLockedValue { isEnding in
            defer { isEnding = true }
            return isEnding
        }
        guard !wasEnding else { return }
        await filesWatch.close()
        let channel = listener.withLockedValue { $0 }
        try? await channel?.close().get()
        for worker in workers { worker.eventLoop.execute { worker.drain() } }
        let end = NIODeadline.now() + settings.dataPlane.limits.drain
        while await openConnections() > 0, NIODeadline.now() < end {
            try? await Task.sleep(for: .milliseconds(20))
        }
        for worker in workers {
            try? await worker.eventLoop.submit {
                worker.abortAll()
                worker.stop()
            }.get()
        }
        keeper.save(at: WallClock.now(), isLast: true)
        await recorder.close()
        try? await group.shutdownGracefully()
    }

    private func openConnections() async -> Int {
        var count = 0
        for worker in workers {
            count += (try? await worker.eventLoop.submit { worker.clientCount }.get()) ?? 0
        }
        return count
    }
}
