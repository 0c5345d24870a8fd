import Inspector
import Recorder
import Synchronization

/// The recorded exchanges behind an index of answers: read when an answer is given.
///
/// `@unchecked Sendable`: sources are not, and every use of this one is under the lock.
final class Recording: @unchecked Sendable {
    private struct Place {
        /// The exchange's row, by its place in the list of rows.
        var row: Int
        /// The attempt's place from 0; `nil` for the final answer.
        var attempt: Int?
    }

    /// What a face is made of.
    private struct FaceKey: Hashable {
        var method: String
        var path: String
        var query: String?
        var body: BodyRecord

        init(_ request: RecordedRequest) {
            (method, path, query, body) = (request.method, request.path, request.query, request.body)
        }
    }

    private let source: any ExchangeSource
    private let lock = Mutex(())
    private let rows: [ExchangeSummary]
    private let places: [Place]

    /// Reads a source once, in the order of its recording.
    init(
        _ source: any ExchangeSource,
        _ side: ReplaySide,
        into index: inout AnswerIndex,
        _ parts: inout PartForms
    ) throws {
        self.source = source
        var places: [Place] = []
        rows = try source.rows(ExchangeQuery())
        for (place, row) in rows.enumerated() {
            let recorded = try source.recorded(row)
            let exchange = recorded.exchange
            switch side {
            case .client:
                // Without an answer and without an attempt nothing was on the wire that could be played.
                guard exchange.response != nil || exchange.ending != .complete else { continue }
                let face = try Self.face(exchange.request, recorded, &parts)
                let account = Self.account(nil, exchange.request)
                index.add(AnswerIndex.Slot(address: exchange.address.description, face: face, account: account))
                places.append(Place(row: place, attempt: nil))
            case .upstream:
                // Attempts mostly send the same.
                var faces: [FaceKey: RequestFace] = [:]
                for (number, attempt) in exchange.attempts.enumerated() {
                    let key = FaceKey(attempt.request)
                    let face = try faces[key] ?? Self.face(attempt.request, recorded, &parts)
                    faces[key] = face
                    let address = ExchangeAddress(exchange: exchange.number, attempt: number + 1).description
                    let account = Self.account(attempt.account, attempt.request)
                    index.add(AnswerIndex.Slot(address: address, face: face, account: account))
                    places.append(Place(row: place, attempt: number))
                }
            }
        }
        self.places = places
    }

    /// The steps that give an answer again.
    func steps(_ slot: Int, isHead: Bool, speed: ReplaySpeed) throws -> [AnswerStep] {
        let recorded = try exchange(slot)
        let exchange = recorded.exchange
        guard let number = places[slot].attempt else {
            try Self.check(exchange.response)
            return RecordedAnswerPlan(
                exchange.response,
                body: try body(exchange.response, recorded),
                start: 0,
                firstByte: recorded.summary.timeToFirstByte,
                end: exchange.duration,
                ending: exchange.clientEnding,
                isHead: isHead,
                speed: speed
            ).steps
        }
        let attempt = exchange.attempts[number]
        try Self.check(attempt.response)
        return RecordedAnswerPlan(
            attempt.response,
            body: try body(attempt.response, recorded),
            start: attempt.startedAt,
            firstByte: attempt.firstByteAt,
            end: attempt.endedAt,
            ending: attempt.ending,
            isHead: isHead,
            speed: speed
        ).steps
    }

    /// Throws for an answer that is none: a client waits for the final status behind an interim one.
    private static func check(_ response: RecordedResponse?) throws {
        guard let status = response?.status, status < 200 else { return }
        throw ReplayerError(.unplayableAnswer, "its final status is \(status), and no answer ends with that")
    }

    /// The body of the request that an answer belongs to, without its content coding.
    func requestBody(_ slot: Int) throws -> [UInt8] {
        let recorded = try exchange(slot)
        let request = places[slot].attempt.map { recorded.exchange.attempts[$0].request } ?? recorded.exchange.request
        return try Self.plain(request, recorded)
    }

    private func exchange(_ slot: Int) throws -> RecordedExchange {
        try lock.withLock { _ in try source.recorded(rows[places[slot].row]) }
    }

    private func body(_ response: RecordedResponse?, _ recorded: RecordedExchange) throws -> [UInt8] {
        guard let response else { return [] }
        return try recorded.body(response.body)
    }

    private static func plain(_ request: RecordedRequest, _ recorded: RecordedExchange) throws -> [UInt8] {
        // A body that was not stored matches what it can: method and path.
        guard request.body.omitted == nil else { return [] }
        let stored = try recorded.body(request.body)
        return BodyDecoding.decoded(stored, headers: request.headers) ?? stored
    }

    private static func face(
        _ request: RecordedRequest,
        _ recorded: RecordedExchange,
        _ parts: inout PartForms
    ) throws -> RequestFace {
        RequestFace(
            method: request.method,
            path: request.path,
            query: request.query,
            body: try plain(request, recorded),
            parts: &parts
        )
    }

    /// What tells accounts apart: the name, else the placeholder of the credential.
    private static func account(_ name: String?, _ request: RecordedRequest) -> String? {
        name ?? request.headers.first("x-api-key") ?? request.headers.first("authorization")
    }
}
