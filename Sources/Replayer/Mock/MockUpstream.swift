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
        case running(Running)
        case stopped
    }

    private struct Running {
        var group: MultiThreadedEventLoopGroup
        var chooser: NIOThreadPool?
        var listener: any Channel
        var port: Int
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
    ///   - keepsRequests: Whether `received()` has what came; else requests are only counted.
    ///   - report: Takes a line about each request that is refused before it can be answered.
    package init(
        answers: any AnswerSource,
        host: String = "127.0.0.1",
        port: Int = 0,
        eventLoopThreads: Int = 1,
        keepsRequests: Bool = true,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.answers = answers
        self.host = host
        requestedPort = port
        self.eventLoopThreads = eventLoopThreads
        ledger = MockLedger(answers: answers, keepsRequests: keepsRequests, report: report)
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
            let listener = try await bootstrap(group, chooser).bind(host: host, port: port ?? requestedPort).get()
            let port = listener.localAddress?.port ?? requestedPort
            state.withLock {
                $0 = .running(Running(group: group, chooser: chooser, listener: listener, port: port))
            }
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

    /// Stops at once: resets answers that are not finished, closes all other connections and ends the threads.
    ///
    /// A second stop does nothing.
    ///
    /// - Throws: What NIO throws when its threads can't be ended.
    public func stop() async throws {
        try await stop(after: .zero)
    }

    /// Stops to listen, closes idle connections, and lets answers that are under way go on for some time.
    ///
    /// Answers that are not finished then are reset, so that nobody takes them for whole ones; answers that have come
    /// to a silence without an end are reset at once. A second stop does nothing.
    ///
    /// - Parameter grace: How long answers may go on; the call returns earlier when the last one is finished.
    /// - Throws: What NIO throws when its threads can't be ended.
    public func stop(after grace: Duration) async throws {
        let running: Running? = state.withLock { state in
            guard case .running(let running) = state else { return nil }
            state = .stopped
            return running
        }
        guard let running else { return }
        // A listener that can't be closed is closed with its thread.
        try? await running.listener.close().get()
        if grace > .zero {
            ledger.stop(.afterAnswers)
            await withTaskGroup { group in
                group.addTask { [ledger] in try? await ledger.ended() }
                group.addTask { try? await Task.sleep(for: grace) }
                await group.next()
                group.cancelAll()
            }
        }
        ledger.stop(.now)
        // A cancelled task waits for nothing, and its threads end all the same.
        try? await ledger.ended()
        try await running.group.shutdownGracefully()
        try await running.chooser?.shutdownGracefully()
    }

    /// The base URL without a final slash, such as `http://127.0.0.1:4242`; empty when it doesn't listen.
    public var baseURL: String {
        state.withLock { state in
            guard case .running(let running) = state else { return "" }
            return "http://\(host.contains(":") ? "[\(host)]" : host):\(running.port)"
        }
    }

    /// The whole requests received so far, in the order of arrival.
    ///
    /// Of the bodies the latest 64 MiB are kept; a request whose body had to go says so (`isBodyDropped`).
    public func received() -> [ReceivedRequest] {
        ledger.requests
    }

    /// How the requests so far were answered; `nil` for a scenario.
    public var replay: ReplayCounts? {
        (answers as? RecordedAnswers)?.result
    }

    /// The number of answers that a stop reset before they were finished.
    package var cutAnswerCount: Int {
        ledger.cutAnswers
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
