import ArgumentParser
import Inspector
import Logging
import ProxyRuntime
import Recorder
import ServiceLifecycle
import Synchronization
import UnixSignals

/// `proxy serve`: listens, proxies `/v1/…` and records it.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Proxy and record until SIGTERM or SIGINT.",
        discussion: """
            Settings are also read from the environment and from a file .env in the working directory: HOST, PORT, \
            LOG_LEVEL, ANTHROPIC_UPSTREAM_URL, UPSTREAM_CA_FILE, TAPEDECK_HOME, DATABASE_URL, DATA_RETENTION_DAYS, \
            CLAUDE_API_KEYS, CLAUDE_API_KEYS_FILE, ADMIN_TOKEN, STRATEGY, SESSION_TIMEOUT, MAX_ATTEMPTS, \
            REQUEST_DEADLINE, HOLD, FORCE_RATE_LIMIT_TEST, FORCE_RATE_LIMIT_RETRY_AFTER. A flag beats the environment, \
            which beats the file. \
            An address that others can reach needs a client key (`proxy keys create`) and ADMIN_TOKEN.
            """
    )

    @Option(help: "Address to listen at (default: 127.0.0.1).")
    var host: String?

    @Option(help: "Port to listen at; 0 takes a free one (default: 8080).")
    var port: String?

    @Option(help: "Directory of the store (default: $XDG_DATA_HOME/tapedeck or ~/.local/share/tapedeck).")
    var home: String?

    @Option(help: "Where requests go (default: https://api.anthropic.com).")
    var upstream: String?

    @Option(help: "PEM file of certificates to verify the upstream with, instead of the system's.")
    var upstreamCa: String?

    @Option(help: "strict: an answer ends when its record is written; relaxed: records follow within 100 ms.")
    var durability = Durability.strict

    @Flag(help: "Bring each record to the disk before the answer ends, so that it survives a power failure.")
    var fsync = false

    @Option(help: "wait: clients wait when records cannot be written as fast; shed: records are left out and counted.")
    var onOverload = RecorderSettings.Overload.wait

    @Option(help: "A recording is sealed into a bundle when it is that large (default: 64MB).")
    var sealSize: String?

    @Option(help: "A recording is sealed into a bundle when it is that old (default: 1h).")
    var sealAge: String?

    @Option(help: "A recording is sealed into a bundle when nothing came for so long (default: 10m).")
    var sealIdle: String?

    @Option(help: "Days after which bundles are deleted, or `off` (default: 7).")
    var retainDays: String?

    @Option(help: "Bytes that all bundles may have, such as 20GB; the oldest are deleted first (default: any).")
    var retainBytes: String?

    @Option(help: "How accounts are chosen: session, round-robin, least-used or priority (default: session).")
    var strategy: String?

    @Option(help: "Attempts for one request (default: twice the number of accounts, at most 10).")
    var maxAttempts: String?

    @Option(help: "How long a request may go without an answer, where there are accounts (default: 10m).")
    var requestDeadline: String?

    @Option(help: "How long a request waits for an account that comes back, when none is left (default: off).")
    var hold: String?

    @Option(help: "How long to wait for a connection to the upstream (default: 10s).")
    var connectTimeout: String?

    @Option(help: "How long to wait for the first byte of an answer (default: 10m).")
    var firstByteTimeout: String?

    @Option(help: "How long an answer may pause (default: 5m).")
    var idleTimeout: String?

    @Option(help: "How long an unused upstream connection is kept (default: 45s).")
    var keepAlive: String?

    @Flag(help: "Let everybody in who can reach the address: no client key and no ADMIN_TOKEN is needed.")
    var insecure = false

    @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
    var logLevel: String?

    /// When an answer ends with regard to its record.
    enum Durability: String, ExpressibleByArgument, CaseIterable {
        case strict, relaxed
    }

    func validate() throws {
        if home?.isEmpty == true { throw ValidationError("The value '' is invalid for '--home': name a directory.") }
    }

    func run() async throws {
        let settings = try settings()
        OpenFiles.raiseLimit()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "proxy")
        logger.logLevel = settings.logLevel
        // Said when the start has come off: one that fails says what is wrong and nothing else.
        let greeting = Mutex<String?>("tapedeck proxy \(ToolVersion.current)")
        let service = ProxyService(settings: settings, logger: logger) { line in
            if let greeting = greeting.withLock({ $0.take() }) { StandardError.write(greeting) }
            StandardError.write(line)
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }

    private func settings() throws -> ProxySettings {
        var environment = try Environment.all()
        if let upstream {
            // Checked under its flag's name; the environment's value does not matter any more.
            _ = try UpstreamTarget(url: upstream, setting: "--upstream")
            environment["ANTHROPIC_UPSTREAM_URL"] = upstream
        }
        if port != nil { environment["PORT"] = nil }
        if retainDays != nil { environment["DATA_RETENTION_DAYS"] = nil }
        if logLevel != nil { environment["LOG_LEVEL"] = nil }
        if strategy != nil { environment["STRATEGY"] = nil }
        if maxAttempts != nil { environment["MAX_ATTEMPTS"] = nil }
        if requestDeadline != nil { environment["REQUEST_DEADLINE"] = nil }
        if hold != nil { environment["HOLD"] = nil }
        if let home { environment["TAPEDECK_HOME"] = home }
        var settings = try ProxySettings(environment: environment)
        if let host { settings.host = host }
        if let port { settings.port = try ProxySettings.port(port, setting: "--port") }
        if let logLevel { settings.logLevel = try ProxySettings.logLevel(logLevel, setting: "--log-level") }
        if let upstreamCa { settings.upstreamCertificates = (upstreamCa, "--upstream-ca") }
        settings.isInsecure = insecure
        settings.dataPlane.isStrict = durability == .strict
        settings.recorder.syncsToDisk = fsync
        settings.recorder.onOverload = onOverload
        try readSealing(into: &settings)
        if let strategy { try settings.set(strategy: strategy, setting: "--strategy") }
        if let maxAttempts { try settings.set(maxAttempts: maxAttempts, setting: "--max-attempts") }
        if let requestDeadline { try settings.set(requestDeadline: requestDeadline, setting: "--request-deadline") }
        if let hold { try settings.set(hold: hold, setting: "--hold") }
        if let connectTimeout {
            settings.dataPlane.limits.connect = try ProxySettings.span(connectTimeout, setting: "--connect-timeout")
        }
        if let firstByteTimeout {
            settings.dataPlane.limits.firstByte = try ProxySettings.span(
                firstByteTimeout,
                setting: "--first-byte-timeout"
            )
        }
        if let idleTimeout {
            settings.dataPlane.limits.betweenBytes = try ProxySettings.span(idleTimeout, setting: "--idle-timeout")
        }
        if let keepAlive {
            settings.dataPlane.limits.upstreamIdle = try ProxySettings.span(keepAlive, setting: "--keep-alive")
        }
        return settings
    }

    private func readSealing(into settings: inout ProxySettings) throws {
        if let sealSize { settings.sealing.size = try ProxySettings.size(sealSize, setting: "--seal-size") }
        if let sealAge { settings.sealing.age = try ProxySettings.duration(sealAge, setting: "--seal-age") }
        if let sealIdle { settings.sealing.idle = try ProxySettings.duration(sealIdle, setting: "--seal-idle") }
        if let retainDays {
            settings.sealing.retention.days = try ProxySettings.days(retainDays, setting: "--retain-days")
        }
        if let retainBytes {
            settings.sealing.retention.bytes = try ProxySettings.size(retainBytes, setting: "--retain-bytes")
        }
        settings.recorder.segmentSize = settings.sealing.size
    }
}

extension RecorderSettings.Overload: ExpressibleByArgument {}
