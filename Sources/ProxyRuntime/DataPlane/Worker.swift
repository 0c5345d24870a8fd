import NIOCore
import NIOSSL
import Recorder

/// What the connections of one event loop share: the upstream pool, the clock that checks time limits, and the
/// exchanges whose last bytes wait until they are recorded.
///
/// Everything here belongs to the event loop, which is why it may be called from no other thread, but for
/// `release(_:)` and `recorderIsFree()`, which hop.
final class Worker: @unchecked Sendable, ReleaseQueue {
    let eventLoop: any EventLoop
    let settings: DataPlaneSettings
    let recorder: CapturePipeline
    let router: AccountRouter
    /// Where requests go that no account has another place for.
    let upstream: UpstreamTarget
    let clientKeys: ClientKeyRing
    let pages: any PageResponder
    let bodyBudget: BodyBudget
    let pool: UpstreamPool
    let allocator = ByteBufferAllocator()

    private var random: SplitMix64
    private var clients: [ObjectIdentifier: ClientConnection] = [:]
    private var waitingForRecorder: [() -> Void] = []
    private var lastToken = 0
    private var ticker: RepeatedTask?

    /// Whether the proxy is about to end: no connection is kept for another request.
    private(set) var isDraining = false

    init(
        eventLoop: any EventLoop,
        settings: DataPlaneSettings,
        recorder: CapturePipeline,
        router: AccountRouter,
        upstream: UpstreamTarget,
        clientKeys: ClientKeyRing,
        pages: any PageResponder,
        bodyBudget: BodyBudget,
        tls: NIOSSLContext
    ) {
        self.eventLoop = eventLoop
        self.settings = settings
        self.recorder = recorder
        self.router = router
        self.upstream = upstream
        self.clientKeys = clientKeys
        self.pages = pages
        self.bodyBudget = bodyBudget
        pool = UpstreamPool(eventLoop: eventLoop, limits: settings.limits, tls: tls)
        random = SplitMix64(state: .random(in: .min ... .max))
    }

    /// Begins to check time limits.
    func start() {
        ticker = eventLoop.scheduleRepeatedTask(initialDelay: settings.limits.tick, delay: settings.limits.tick) {
            [weak self] _ in
            guard let self else { return }
            let now = NIODeadline.now()
            pool.checkTime(now)
            for client in Array(clients.values) { client.checkTime(now) }
        }
    }

    /// Bytes of an answer that stay on the event loop before the recorder gets them: less, the more streams there are.
    var partSize: Int {
        max(4 << 10, min(settings.partSize, (16 << 20) / max(1, clients.count)))
    }

    /// A number that no other connection or body of this process has, for short.
    func nextToken() -> Int {
        lastToken += 1
        return lastToken
    }

    /// The id of a new exchange.
    func nextID(_ time: Timestamp) -> ExchangeID {
        ExchangeID(time: time, random: random.next())
    }

    /// The answer to a request that a page of the web has a visitor's browser send, where nobody is asked for a key: it
    /// would spend the accounts.
    ///
    /// Such a request names the page's site in `Origin`, or in `Host` when a name of the site leads to this machine.
    func strangerRefusal(_ head: HTTPHead) -> ProxyAnswer? {
        guard settings.refusesStrangers, router.interest != .nothing else { return nil }
        for line in head.lines {
            let isHost = line.known == .host
            guard isHost || head.withBytes(line.name, { $0.isEqualIgnoringCase("origin") }) else { continue }
            let value = head.text(line.value)
            let place = isHost ? value : value.split(separator: "//", maxSplits: 1).last.map { String($0) } ?? value
            if LoopbackAddress.containsHost(place) { continue }
            return ProxyAnswer(
                status: 403,
                code: .hostNotAllowed,
                message: "without client keys this proxy serves its own machine only, as localhost or 127.0.0.1: "
                    + "make a key with `proxy keys create NAME`, or start it with --insecure"
            )
        }
        return nil
    }

    // MARK: - Clients

    func add(_ client: ClientConnection) {
        clients[ObjectIdentifier(client)] = client
    }

    func remove(_ client: ClientConnection) {
        clients[ObjectIdentifier(client)] = nil
    }

    /// How many client connections are open.
    var clientCount: Int { clients.count }

    /// Closes connections that have nothing to do and makes the others close behind their answer.
    func drain() {
        isDraining = true
        for client in Array(clients.values) { client.drain() }
    }

    /// Ends what is still open when the time to drain is over.
    func abortAll() {
        for client in Array(clients.values) { client.stop() }
    }

    /// Ends the clock and the free upstream connections.
    func stop() {
        ticker?.cancel()
        pool.closeFree()
    }

    // MARK: - Recorder

    /// Remembers an exchange until the recorder has it.
    func awaitRecording(of exchange: ProxiedExchange) -> ReleaseTicket {
        // The ticket holds the exchange; every ticket comes back once, through `release`.
        let token = Int(bitPattern: Unmanaged.passRetained(exchange).toOpaque())
        return ReleaseTicket(queue: self, token: token)
    }

    func release(_ tokens: [Int]) {
        eventLoop.execute {
            for case let pointer? in tokens.map({ UnsafeRawPointer(bitPattern: $0) }) {
                Unmanaged<ProxiedExchange>.fromOpaque(pointer).takeRetainedValue().isRecorded()
            }
        }
    }

    /// Calls `resume` when the recorder has room again.
    func whenRecorderIsFree(_ resume: @escaping () -> Void) {
        waitingForRecorder.append(resume)
    }

    /// Wakes those that wait for room in the recorder; called from its thread.
    func recorderIsFree() {
        eventLoop.execute {
            let waiting = self.waitingForRecorder
            self.waitingForRecorder = []
            for resume in waiting { resume() }
        }
    }
}

/// Sebastiano Vigna's generator `splitmix64`: ids need to differ, not to be secret, and a system call for each is dear.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
