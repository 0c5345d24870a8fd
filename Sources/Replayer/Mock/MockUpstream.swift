import Inspector
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// An upstream on a socket of its own, for tests: it answers from a recording or a scenario, and keeps what it was sent.
///
/// ```swift
/// import Replayer
/// import Testing
///
/// @Test func survivesARateLimit() async throws {
///     let mock = try MockUpstream(recording: "fixtures/incident.tar.zst")
///     try await mock.start(port: 0)
///     // the code under test talks to mock.baseURL
///     try await mock.stop()
///     #expect(mock.received().count == 3)
///     #expect(mock.replay?.unmatched == 0)
/// }
/// ```
public final class MockUpstream: Sendable {
    private enum State {
        case idle
        case starting
        case running(MultiThreadedEventLoopGroup, NIOThreadPool?, port: Int)
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
    /// - Parameters:
    ///   - path: A bundle file, or the directory of a store.
    ///   - options: How to answer.
    ///   - host: The address to listen on.
    ///   - port: The port to listen on; 0 takes a free one.
    /// - Throws: `StoreError` or `ReplayerError` when there is nothing to answer from.
    public convenience init(
        recording path: String,
        options: ReplayOptions = ReplayOptions(),
        host: String = "127.0.0.1",
        port: Int = 0
    ) throws {
        let answers = try RecordedAnswers(try Sources.open([path]), options: options)
        self.init(answers: answers, host: host, port: port)
    }

    /// Makes a mock upstream that plays a scenario file (docs/scenarios.md) and doesn't listen yet.
    ///
    /// - Parameters:
    ///   - path: The YAML file.
    ///   - host: The address to listen on.
    ///   - port: The port to listen on; 0 takes a free one.
    /// - Throws: `ReplayerError` that names file, line and column of what is wrong.
    public convenience init(scenarioFile path: String, host: String = "127.0.0.1", port: Int = 0) throws {
        self.init(scenario: try Scenario.load(path: path), host: host, port: port)
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
    /// - Parameter port: The port to listen on, in place of the initializer's; 0 takes a free one.
    /// - Returns: The port.
    /// - Throws: `ReplayerError` when the address can't be listened on, or on a second start.
    @discardableResult
    public func start(port: Int? = nil) async throws -> Int {
        try state.withLock { state in
            guard case .idle = state else {
                throw ReplayerError(.alreadyStarted, "this mock upstream was started before; make a new one")
            }
            state = .starting
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoopThreads)
        // One thread: what came first is answered first.
        let chooser = answers.isBlocking ? NIOThreadPool(numberOfThreads: 1) : nil
        chooser?.start()
        do {
            let channel = try await bootstrap(group, chooser).bind(host: host, port: port ?? requestedPort).get()
            let port = channel.localAddress?.port ?? requestedPort
            state.withLock { $0 = .running(group, chooser, port: port) }
            return port
        } catch {
            state.withLock { $0 = .stopped }
            try? await group.shutdownGracefully()
            try? await chooser?.shutdownGracefully()
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            let address = "\(host):\(port ?? requestedPort)"
            throw ReplayerError(.cannotListen, "can't listen on \(address): \(reason); port 0 takes a free one")
        }
    }

    /// Closes all connections, stops to listen and ends the threads; a second stop does nothing.
    ///
    /// - Throws: What NIO throws when its threads can't be ended.
    public func stop() async throws {
        let running: (MultiThreadedEventLoopGroup, NIOThreadPool?)? = state.withLock { state in
            guard case .running(let group, let chooser, _) = state else { return nil }
            state = .stopped
            return (group, chooser)
        }
        try await running?.0.shutdownGracefully()
        try await running?.1?.shutdownGracefully()
    }

    /// The base URL without a final slash, such as `http://127.0.0.1:4242`; empty when it doesn't listen.
    public var baseURL: String {
        state.withLock { state in
            guard case .running(_, _, let port) = state else { return "" }
            return host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
        }
    }

    /// The whole requests received so far, in the order of arrival.
    public func received() -> [ReceivedRequest] {
        ledger.requests
    }

    /// How the requests so far were answered; `nil` for a scenario.
    public var replay: ReplayCounts? {
        (answers as? RecordedAnswers)?.result
    }

    /// The number of client connections that are open.
    package var openConnectionCount: Int {
        ledger.openConnections
    }

    /// Waits until so many requests were received, and returns all there are then.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func requests(atLeast count: Int) async throws -> [ReceivedRequest] {
        try await ledger.requests(atLeast: count)
    }

    /// Waits until no more than so many client connections are open.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func openConnections(atMost count: Int) async throws {
        try await ledger.openConnections(atMost: count)
    }

    private func bootstrap(_ group: MultiThreadedEventLoopGroup, _ chooser: NIOThreadPool?) -> ServerBootstrap {
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
                        MockConnectionHandler(answers: answers, ledger: ledger, chooser: chooser)
                    )
                }
            }
    }
}
