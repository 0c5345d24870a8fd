import Inspector
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A scripted upstream on a socket of its own: it answers by a scenario and keeps what it was sent.
///
/// ```swift
/// try await MockUpstream.run(scenario) { mock in
///     // send requests to mock.baseURL
///     let requests = try await mock.requests(atLeast: 1)
/// }
/// ```
package final class MockUpstream: Sendable {
    private enum State {
        case idle
        case starting
        case running(MultiThreadedEventLoopGroup, port: Int)
        case stopped
    }

    private let answers: any AnswerSource
    private let host: String
    private let requestedPort: Int
    private let eventLoopThreads: Int
    private let ledger: MockLedger
    private let state = Mutex(State.idle)

    /// Makes a mock upstream that doesn't listen yet.
    ///
    /// - Parameters:
    ///   - answers: What it answers with.
    ///   - host: The address to listen on.
    ///   - port: The port to listen on; 0 takes a free one.
    ///   - eventLoopThreads: The number of its threads.
    package init(answers: any AnswerSource, host: String = "127.0.0.1", port: Int = 0, eventLoopThreads: Int = 1) {
        self.answers = answers
        self.host = host
        requestedPort = port
        self.eventLoopThreads = eventLoopThreads
        ledger = MockLedger(answers: answers)
    }

    /// Makes a mock upstream that answers from a recording and doesn't listen yet.
    ///
    /// ```swift
    /// let mock = try MockUpstream(recording: "fixtures/incident.tar.zst")
    /// let port = try await mock.start()
    /// // the code under test talks to mock.baseURL
    /// try await mock.stop()
    /// #expect(mock.received().count == 3)
    /// ```
    ///
    /// - Parameters:
    ///   - path: A bundle file, or the directory of a store.
    ///   - options: How to answer.
    ///   - host: The address to listen on.
    ///   - port: The port to listen on; 0 takes a free one.
    /// - Throws: `StoreError` or `ReplayerError` when there is nothing to answer from.
    package convenience init(
        recording path: String,
        options: RecordedAnswers.Options = RecordedAnswers.Options(),
        host: String = "127.0.0.1",
        port: Int = 0
    ) throws {
        let answers = try RecordedAnswers(try Sources.open([path]), options: options)
        self.init(answers: answers, host: host, port: port)
    }

    /// Makes a mock upstream that plays a scenario and doesn't listen yet.
    package convenience init(
        scenario: Scenario,
        host: String = "127.0.0.1",
        port: Int = 0,
        eventLoopThreads: Int = 1
    ) {
        self.init(answers: ScenarioPlayer(scenario), host: host, port: port, eventLoopThreads: eventLoopThreads)
    }

    /// Starts a mock upstream, runs the body and stops it, also when the body throws.
    ///
    /// - Parameters:
    ///   - scenario: Which answers it gives.
    ///   - body: What to do while it listens.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or `ReplayerError` when the port can't be listened on.
    package static func run<Result>(
        _ scenario: Scenario,
        _ body: (MockUpstream) async throws -> Result
    ) async throws -> Result {
        let mock = MockUpstream(scenario: scenario)
        try await mock.start()
        do {
            let result = try await body(mock)
            try await mock.stop()
            return result
        } catch {
            // The body's error says more than one of the stop would.
            try? await mock.stop()
            throw error
        }
    }

    /// Starts to listen.
    ///
    /// - Returns: The port.
    /// - Throws: `ReplayerError` when the address can't be listened on, or on a second start.
    @discardableResult
    package func start() async throws -> Int {
        try state.withLock { state in
            guard case .idle = state else {
                throw ReplayerError(.alreadyStarted, "this mock upstream was started before; make a new one")
            }
            state = .starting
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoopThreads)
        do {
            let channel = try await bootstrap(group).bind(host: host, port: requestedPort).get()
            let port = channel.localAddress?.port ?? requestedPort
            state.withLock { $0 = .running(group, port: port) }
            return port
        } catch {
            state.withLock { $0 = .stopped }
            try? await group.shutdownGracefully()
            throw ReplayerError(.cannotListen, "can't listen on \(host):\(requestedPort)", cause: error)
        }
    }

    /// Closes all connections, stops to listen and ends the threads; a second stop does nothing.
    ///
    /// - Throws: What NIO throws when its threads can't be ended.
    package func stop() async throws {
        let group: MultiThreadedEventLoopGroup? = state.withLock { state in
            guard case .running(let group, _) = state else { return nil }
            state = .stopped
            return group
        }
        try await group?.shutdownGracefully()
    }

    /// The base URL without a final slash, such as `http://127.0.0.1:4242`; empty when it doesn't listen.
    package var baseURL: String {
        state.withLock { state in
            guard case .running(_, let port) = state else { return "" }
            return host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
        }
    }

    /// The whole requests received so far, in the order of arrival.
    package func received() -> [ReceivedRequest] {
        ledger.requests
    }

    /// The number of client connections that are open.
    package var openConnectionCount: Int {
        ledger.openConnections
    }

    /// Waits until so many requests were received, and returns all there are then.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func requests(atLeast count: Int) async throws -> [ReceivedRequest] {
        try await ledger.requests(atLeast: count)
    }

    /// Waits until no more than so many client connections are open.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func openConnections(atMost count: Int) async throws {
        try await ledger.openConnections(atMost: count)
    }

    private func bootstrap(_ group: MultiThreadedEventLoopGroup) -> ServerBootstrap {
        let answers = answers
        let ledger = ledger
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.maxMessagesPerRead, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(decoder),
                        MockConnectionHandler(answers: answers, ledger: ledger)
                    )
                }
            }
    }
}
