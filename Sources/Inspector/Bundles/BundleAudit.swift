import Recorder

/// Everything that is in a recording, by kind, for a person who decides whether to share it.
///
/// Memory is bounded: every table of names has a cap and counts the rest together.
package struct BundleAudit: Sendable {
    /// A short text of a conversation, as it is in the recording.
    struct Sample: Sendable {
        var address: ExchangeAddress
        var side: String
        var text: String
    }

    private static let sampleLength = 200

    private let sampleLimit: Int
    private(set) var samples: [Sample] = []
    private(set) var exchanges = 0
    private(set) var errorCount = 0
    private(set) var attempts = 0
    private(set) var from: Timestamp?
    private(set) var until: Timestamp?
    private(set) var requestBytes = 0
    private(set) var responseBytes = 0
    private(set) var storedBytes = 0
    private(set) var pieces: Set<Digest> = []
    private(set) var sessions = NameCounts()
    private(set) var users = NameCounts()
    private(set) var clientKeys = NameCounts()
    private(set) var models = NameCounts()
    private(set) var endpoints = NameCounts()
    private(set) var targets = NameCounts()
    private(set) var accounts = NameCounts()
    private(set) var statuses = NameCounts()
    private(set) var requestHeaders = NameCounts()
    private(set) var responseHeaders = NameCounts()
    private(set) var hosts = NameCounts()
    private(set) var clients = NameCounts()
    private(set) var placeholders = NameCounts()
    private(set) var omitted = NameCounts()
    /// Exchanges that were not recorded, by reason.
    private(set) var missing = NameCounts()
    /// Members of bundles beside manifest, exchanges and pieces, with their sizes.
    private(set) var members = NameCounts()
    /// Pieces that no exchange has.
    private(set) var strayPieces = 0
    /// Their bytes.
    private(set) var strayBytes = 0

    /// Looks through all exchanges of a source.
    ///
    /// - Parameters:
    ///   - source: a store or bundles.
    ///   - samples: how many short texts of prompts and answers to take.
    ///   - progress: is told how many exchanges of how many are done.
    /// - Throws: `StoreError` when something can't be read.
    package init(
        _ source: any ExchangeSource,
        samples: Int = 0,
        progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws {
        sampleLimit = samples
        let rows = try source.rows(ExchangeQuery())
        for note in try source.missing() { missing.add(note.reason, note.exchanges) }
        for (done, row) in rows.enumerated() {
            progress(done, rows.count)
            try add(try source.recorded(row))
        }
        for file in (source as? BundleExchanges)?.files ?? [] { try addRest(of: file) }
    }

    /// What a bundle holds beside its exchanges leaves with it, too.
    private mutating func addRest(of file: BundleFile) throws {
        try BundleMembers.forEach(of: file.path) { member in
            members.add(member.name, member.bytes)
            member.content.map { count($0) }
        }
        for (name, length) in file.pieceLengths where pieces.insert(name).inserted {
            strayPieces += 1
            strayBytes = strayBytes.adding(saturating: length)
            count(try file.content(of: BodyPiece(name: name, length: length)))
        }
    }

    private mutating func add(_ recorded: RecordedExchange) throws {
        let exchange = recorded.exchange
        let summary = recorded.summary
        exchanges += 1
        attempts += exchange.attempts.count
        if summary.isError { errorCount += 1 }
        from = from ?? exchange.startedAt
        until = exchange.startedAt
        requestBytes = requestBytes.adding(saturating: summary.requestBytes)
        responseBytes = responseBytes.adding(saturating: summary.responseBytes)
        sessions.add(exchange.session)
        users.add(exchange.user)
        clientKeys.add(exchange.clientKey)
        models.add(summary.model)
        statuses.add(summary.status.map { String($0) } ?? "no answer")
        for attempt in exchange.attempts {
            targets.add(attempt.target)
            accounts.add(attempt.account)
        }
        // Their names are in the recording, too, though nothing went to them.
        for candidate in exchange.attempts.flatMap(\.rejected) + (exchange.decision?.rejected ?? []) {
            accounts.add(candidate.account, 0)
        }
        // What an attempt passed on unchanged is one message, not two.
        var seen: Set<BodyRecord> = []
        for request in [exchange.request] + exchange.attempts.map(\.request) {
            endpoints.add("\(request.method) \(request.path)")
            for field in request.headers { requestHeaders.add(field.name.lowercased()) }
            add(request.headers)
            count(request.path + "?" + (request.query ?? ""))
            try add(request.body, request.headers, recorded, &seen)
        }
        for response in [exchange.response].compactMap({ $0 }) + exchange.attempts.compactMap(\.response) {
            for field in response.headers { responseHeaders.add(field.name.lowercased()) }
            add(response.headers)
            try add(response.body, response.headers, recorded, &seen)
        }
        count([exchange.user, exchange.session, exchange.clientKey].compactMap { $0 }.joined(separator: " "))
        try addSamples(recorded)
    }

    private mutating func add(_ headers: HeaderBlock) {
        for field in headers {
            count(field.name + " " + field.value)
            switch field.name.lowercased() {
            case "host": hosts.add(field.value)
            case "user-agent": clients.add(field.value)
            default: break
            }
        }
    }

    private mutating func count(_ text: String) { count(Array(text.utf8)) }

    private mutating func count(_ text: [UInt8]) {
        for (kind, count) in text.withUnsafeBytes({ Placeholders.counts(in: $0) }) { placeholders.add(kind, count) }
    }

    private mutating func add(
        _ body: BodyRecord,
        _ headers: HeaderBlock,
        _ recorded: RecordedExchange,
        _ seen: inout Set<BodyRecord>
    ) throws {
        guard seen.insert(body).inserted else { return }
        if let reason = body.omitted { omitted.add(reason) }
        guard body.omitted == nil, body.storedLength > 0 else { return }
        for piece in try recorded.bodies.pieces(of: body) where pieces.insert(piece.name).inserted {
            storedBytes = storedBytes.adding(saturating: piece.length)
        }
        count(BodyDecoding.decoded(try recorded.body(body), headers: headers) ?? [])
    }

    private mutating func addSamples(_ recorded: RecordedExchange) throws {
        guard samples.count < sampleLimit else { return }
        let exchange = recorded.exchange
        let address = exchange.address
        for (side, body, headers) in [
            ("request", exchange.request.body, exchange.request.headers),
            ("response", exchange.response?.body ?? BodyRecord(), exchange.response?.headers ?? HeaderBlock()),
        ] where body.omitted == nil && body.storedLength > 0 && samples.count < sampleLimit {
            let bytes = BodyDecoding.decoded(try recorded.body(body), headers: headers) ?? []
            guard let text = SampleText.last(of: bytes, headers: headers), !text.isEmpty else { continue }
            samples.append(Sample(address: address, side: side, text: String(text.prefix(Self.sampleLength))))
        }
    }
}
