import Logging
import NIOCore
import ProxyRuntime
import Recorder
import Replayer
import TestSupport

/// A proxy in this process, with a store of its own, in front of an upstream.
struct ProxyUnderTest {
    let server: ProxyServer
    let port: Int
    let layout: StoreLayout

    /// Runs a proxy in front of a URL.
    static func run<Result>(
        upstream: String,
        _ change: (inout ProxySettings) -> Void = { _ in },
        _ body: (ProxyUnderTest) async throws -> Result
    ) async throws -> Result {
        let home = try TemporaryDirectory()
        var settings = try ProxySettings(environment: [
            "TAPEDECK_HOME": home.path + "/store", "ANTHROPIC_UPSTREAM_URL": upstream, "PORT": "0",
        ])
        settings.dataPlane.limits.drain = .seconds(1)
        change(&settings)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try ProxyServer(settings: settings, logger: logger)
        do {
            let address = try await server.start()
            let result = try await body(
                ProxyUnderTest(server: server, port: address.port, layout: settings.layout)
            )
            await server.drain()
            return result
        } catch {
            await server.drain()
            throw error
        }
    }

    /// Runs a proxy in front of a mock upstream that gives this answer to everything.
    static func run(
        answer: ScriptedAnswer,
        _ change: (inout ProxySettings) -> Void = { _ in },
        _ body: (ProxyUnderTest, MockUpstream) async throws -> Void
    ) async throws {
        try await run(Scenario(rules: [ScenarioRule(answer: answer)]), change, body)
    }

    /// Runs a proxy in front of a mock upstream.
    static func run(
        _ scenario: Scenario,
        _ change: (inout ProxySettings) -> Void = { _ in },
        _ body: (ProxyUnderTest, MockUpstream) async throws -> Void
    ) async throws {
        try await MockUpstream.run(scenario) { mock in
            try await run(upstream: mock.baseURL, change) { proxy in try await body(proxy, mock) }
        }
    }

    /// Connects a client.
    func client(reads: Bool = true) async throws -> RawClient {
        try await RawClient.connect(port, reads: reads)
    }

    /// Sends a request on a connection of its own and reads the answer.
    func answer(to request: String, hasBody: Bool = true) async throws -> RawResponse {
        let client = try await client()
        try await client.send(request)
        return await client.readResponse(hasBody: hasBody)
    }

    // MARK: - The record

    /// Everything that is in the store now, in the order of writing.
    func recorded() throws -> [RecordedItem] {
        var items: [RecordedItem] = []
        let store = try StoreReader(layout)
        for number in try store.segmentNumbers() {
            var frames = try store.segment(number)
            while let frame = try frames.next() {
                guard case .exchange(let exchange) = frame.content else { continue }
                var bodies = try store.segment(number)
                items.append(try RecordedItem(exchange, &bodies))
            }
        }
        return items
    }

    /// The one exchange of the store, waited for: for exchanges whose end the client can't see.
    func onlyRecorded() async throws -> RecordedItem? {
        try await eventually { try recorded().first }
    }

    /// The exchange that an answer names, as it is in the store now.
    func recorded(_ response: RawResponse) throws -> RecordedItem? {
        let id = response.value("x-tapedeck-exchange")
        return try recorded().first { $0.exchange.id.description == id }
    }
}

/// An exchange as recorded, with its bodies.
struct RecordedItem {
    var exchange: Exchange
    var requestBody: [UInt8]
    var responseBody: [UInt8]
    var attemptBodies: [[UInt8]]

    init(_ exchange: Exchange, _ segment: inout SegmentReader) throws {
        self.exchange = exchange
        requestBody = try segment.body(exchange.request.body)
        responseBody = []
        attemptBodies = []
        if let response = exchange.response { responseBody = try segment.body(response.body) }
        for attempt in exchange.attempts {
            attemptBodies.append(try attempt.response.map { try segment.body($0.body) } ?? [])
        }
    }

    var kinds: [AttemptKind] { exchange.attempts.map(\.kind) }
    var responseText: String { String(decoding: responseBody, as: UTF8.self) }

    /// Whether the chunks of every response come in order and add up to its body.
    var hasSoundChunks: Bool {
        ([exchange.response] + exchange.attempts.map(\.response)).allSatisfy { response in
            guard let response else { return true }
            let offsets = response.chunks.map(\.offset)
            return zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }
                && response.chunks.reduce(0) { $0 + $1.length } == response.body.storedLength
        }
    }
}
