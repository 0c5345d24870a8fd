package import Logging
import Recorder
import ServiceLifecycle

/// The proxy as a service: starts, says where it listens, and ends in order when it is asked to.
package struct ProxyService: Service {
    private let settings: ProxySettings
    private let logger: Logger
    private let say: @Sendable (String) -> Void

    /// Prepares the service.
    ///
    /// - Parameters:
    ///   - settings: what to do.
    ///   - logger: takes the log.
    ///   - say: takes the lines for the person who starts it.
    package init(settings: ProxySettings, logger: Logger, say: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        self.logger = logger
        self.say = say
    }

    /// Runs until a graceful shutdown is asked for and done.
    ///
    /// - Throws: `SettingsError` or `StoreError` when it cannot start.
    package func run() async throws {
        let server = try ProxyServer(settings: settings, logger: logger)
        let follower = server.clientKeys.follow(catalog: settings.catalogPath ?? settings.layout.catalog)
        let indexer = BackgroundIndexer(
            settings.layout,
            path: settings.catalogPath,
            logger: logger,
            follower: follower
        ) {
            server.recordingState.recorded
        }
        let address: ProxyServer.Address
        do {
            address = try await server.start()
        } catch {
            await server.drain()
            throw error
        }
        let sealer = server.sealer()
        indexer.start()
        sealer.start()
        for line in announcement + access(server) { say(line) }
        say("listening on \(address)")
        try? await gracefulShutdown()
        logger.info("ending: open exchanges get their time")
        // A bundle that is being written is given up, and begun anew at the next start.
        await sealer.close()
        await server.drain()
        await indexer.close()
    }

    private static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        for (unit, name) in [(3600, "h"), (60, "m")] as [(Int64, String)] where seconds > 0 && seconds % unit == 0 {
            return "\(seconds / unit)\(name)"
        }
        return "\(seconds)s"
    }

    private var sealing: String {
        let sealing = settings.sealing
        var kept = sealing.retention.days.map { "kept \($0) days" } ?? "kept for ever"
        if let bytes = sealing.retention.bytes { kept += ", \(Decimals.bytes(bytes)) at most" }
        return "into bundles at \(Decimals.bytes(sealing.size)), after \(Self.text(sealing.age)) or when idle for "
            + "\(Self.text(sealing.idle)); \(kept)"
    }

    /// Whose keys are used, and who may use them.
    private func access(_ server: ProxyServer) -> [String] {
        let accounts = server.accounts.accounts.map { $0.isPaused ? "\($0.name) (paused)" : $0.name }
        let clients = server.clientKeys
        var lines = [
            "accounts    \(accounts.isEmpty ? "none, clients' own credentials" : accounts.joined(separator: ", "))",
            "clients     \(clients.isOpen ? "anybody, no key was created" : "with a key of theirs, \(clients.goodKeys) created and good")",
        ]
        if accounts.count > 1 {
            var line =
                "\(settings.routing.strategy.rawValue), at most "
                + "\(settings.routing.attemptLimit(accounts: accounts.count)) attempts a request"
            if settings.routing.hold > 0 { line += ", held up to \(settings.routing.hold.spanText)" }
            lines.insert("strategy    " + line, at: 1)
        }
        if let seconds = settings.routing.forcedRetryAfter {
            lines.append(
                "TEST MODE   FORCE_RATE_LIMIT_TEST: every request is answered 429, retry after \(seconds) s; none goes upstream"
            )
        }
        if !settings.isLoopback && settings.isInsecure {
            lines.append("insecure    whoever can reach \(settings.host) is let in: --insecure")
        }
        return lines
    }

    private var announcement: [String] {
        let recorder = settings.recorder
        let durability =
            settings.dataPlane.isStrict
            ? "strict: an answer ends when its record is written" : "relaxed: records follow within 100 ms"
        return [
            "upstream    \(settings.upstream)",
            "store       \(settings.layout.home)",
            "masking     on, before anything is written; the key stays in the store",
            "durability  \(durability)\(recorder.syncsToDisk ? ", on disk" : "")",
            "sealing     \(sealing)",
            "overload    \(recorder.onOverload == .wait ? "clients wait" : "recordings are shed and counted")",
        ]
    }
}
