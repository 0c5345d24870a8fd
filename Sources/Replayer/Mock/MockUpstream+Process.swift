package import Logging
import ServiceLifecycle
import UnixSignals

extension MockUpstream {
    /// Runs a mock upstream as a program does: until SIGTERM or SIGINT, and then until the answers under way are given.
    ///
    /// They have 30 seconds.
    ///
    /// - Parameters:
    ///   - logger: For the life of the process.
    ///   - announce: Called with the base URL when it listens.
    /// - Throws: `ReplayerError` when the address can't be listened on.
    package func runUntilSignal(
        logger: Logger,
        announce: @escaping @Sendable (_ baseURL: String) -> Void
    ) async throws {
        let group = ServiceGroup(
            services: [ListeningService(mock: self, announce: announce)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await group.run()
    }

    private struct ListeningService: Service {
        let mock: MockUpstream
        let announce: @Sendable (_ baseURL: String) -> Void

        func run() async throws {
            try await mock.start()
            announce(mock.baseURL)
            // Ends with the graceful shutdown; a cancellation throws, and there is as much to stop then.
            try? await gracefulShutdown()
            try await mock.stop(after: .seconds(30))
        }
    }
}
