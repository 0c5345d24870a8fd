import Recorder

/// What a report says of all exchanges together.
struct ReportFacts: Sendable {
    private(set) var exchanges = 0
    private(set) var errorCount = 0
    private(set) var attempts = 0
    private(set) var statuses = NameCounts()
    private(set) var errors = NameCounts()
    private(set) var endings = NameCounts()
    private(set) var kinds = NameCounts()
    private(set) var clients = NameCounts()
    private(set) var runtimes = NameCounts()
    private(set) var versions = NameCounts()
    private(set) var betas = NameCounts()
    private(set) var models = NameCounts()
    private(set) var targets = NameCounts()
    private(set) var accounts = NameCounts()

    mutating func add(_ recorded: RecordedExchange) {
        let summary = recorded.summary
        exchanges += 1
        attempts += recorded.exchange.attempts.count
        if summary.isError { errorCount += 1 }
        statuses.add(summary.status.map { String($0) } ?? "no answer")
        if summary.isError { errors.add(summary.errorType ?? summary.ending.rawValue) }
        if summary.ending != .complete { endings.add(summary.ending.rawValue) }
        models.add(summary.model)
        for attempt in recorded.exchange.attempts {
            kinds.add(attempt.kind.rawValue)
            targets.add(attempt.target)
            accounts.add(attempt.account)
        }
        add(recorded.exchange.request.headers)
    }

    private mutating func add(_ headers: HeaderBlock) {
        var runtime: [String] = []
        for field in headers {
            switch field.name.lowercased() {
            case "user-agent": clients.add(field.value)
            case "anthropic-version": versions.add(field.value)
            case "anthropic-beta":
                for beta in field.value.split(separator: ",") { betas.add(String(beta).trimmingSpaces) }
            case "x-stainless-lang", "x-stainless-package-version", "x-stainless-os", "x-stainless-arch",
                "x-stainless-runtime", "x-stainless-runtime-version":
                runtime.append(field.value)
            default: break
            }
        }
        runtimes.add(runtime.joined(separator: " "))
    }

    /// The environment, as names and values.
    func environment(_ manifest: BundleManifest) -> [(name: String, value: String)] {
        let all = [
            ("written by", manifest.tool), ("clients", clients.list(8)), ("client platforms", runtimes.list(4)),
            ("anthropic-version", versions.list(4)), ("anthropic-beta", betas.list(12)), ("models", models.list(8)),
            ("targets", targets.list(8)), ("accounts", accounts.list(8)),
        ]
        return all.filter { !$0.1.isEmpty }.map { (name: $0.0, value: $0.1) }
    }

    /// What is missing, a line each.
    func gaps(_ manifest: BundleManifest) -> [String] {
        manifest.missing.map { "\($0.exchanges) exchanges were not recorded: \($0.reason)" }
            + manifest.omittedBodies.sorted { $0.key < $1.key }.map { "\($0.value) bodies were not stored: \($0.key)" }
    }
}
