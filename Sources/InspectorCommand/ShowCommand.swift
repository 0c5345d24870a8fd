import ArgumentParser
import Inspector
import Recorder

/// `inspector show`: everything about one exchange.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one exchange: what was asked, every attempt and why, what came back and when.",
        discussion: "ID is an address (x17, attempt x17.2), an id, or the first six or more digits of one."
    )

    /// Which body.
    enum Side: String, ExpressibleByArgument, CaseIterable {
        case request, response
    }

    @Argument(help: "The exchange or attempt.")
    var id: String

    @Argument(help: ArgumentHelp("Bundle files to read in place of the store.", valueName: "file"))
    var files: [String] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("Write the exact masked bytes of a body.", valueName: "request|response"))
    var body: Side?

    @Flag(help: "Print the events of the response, one JSON object a line.")
    var events = false

    @Option(help: ArgumentHelp("Take what was exchanged with the upstream in this attempt.", valueName: "n"))
    var attempt: Int?

    @OptionGroup var store: StoreOptions

    func validate() throws {
        if [json, body != nil, events].filter({ $0 }).count > 1 {
            throw ValidationError("Only one of '--json', '--body' and '--events' can be given.")
        }
        if let attempt, attempt < 1 {
            throw ValidationError("The value '\(attempt)' is invalid for '--attempt <n>': attempts count from 1.")
        }
    }

    func run() throws {
        try store.check(files)
        let selector = ExchangeSelector(id)
        guard let selector, let recorded = try store.source(files).find(selector) else {
            let remedy =
                selector == nil && Sources.isBundle(id)
                ? "name one in front of the file, such as `inspector show x1 \(id)`"
                : "`inspector logs` lists addresses, such as x17"
            StandardError.write("there is no exchange '\(id)': \(remedy)")
            throw ExitCode(1)
        }
        var address = ExchangeAddress(exchange: recorded.exchange.number)
        if case .address(let named) = selector { address = named }
        if let attempt { address.attempt = attempt }
        if let number = address.attempt, number > recorded.exchange.attempts.count {
            StandardError.write("x\(address.exchange) has \(recorded.exchange.attempts.count) attempts, not \(number)")
            throw ExitCode(1)
        }
        var output = StandardOutput()
        try write(recorded, address, to: &output)
        try output.flush()
    }

    private func write(
        _ recorded: RecordedExchange,
        _ address: ExchangeAddress,
        to output: inout StandardOutput
    ) throws {
        if let body {
            try output.write(bytes(of: body, recorded, address))
        } else if events || address.event != nil {
            try output.write(events(of: recorded, address))
        } else if json {
            var json = JSONWriter()
            if let number = address.attempt {
                ExchangeJSON.writeAttempt(number, of: recorded, into: &json)
                json.endLine()
            } else {
                ExchangeJSON.writeDetail(recorded, into: &json)
            }
            try output.write(json.bytes)
        } else {
            let page = ExchangePage(recorded, width: Terminal.width ?? 120, zone: .system, style: Terminal.style)
            try output.write(lines: address.attempt.map { page.lines(attempt: $0) } ?? page.lines())
        }
    }

    private func bytes(
        of side: Side,
        _ recorded: RecordedExchange,
        _ address: ExchangeAddress
    ) throws -> [UInt8] {
        let attempt = address.attempt.map { recorded.exchange.attempts[$0 - 1] }
        let record: BodyRecord
        switch side {
        case .request: record = attempt?.request.body ?? recorded.exchange.request.body
        case .response: record = try response(of: recorded, address).body
        }
        do {
            return try recorded.body(record)
        } catch let error as StoreError where error.code == .notRecorded {
            StandardError.write(error.message)
            throw ExitCode(1)
        }
    }

    private func events(of recorded: RecordedExchange, _ address: ExchangeAddress) throws -> [UInt8] {
        let response = try response(of: recorded, address)
        var place = address
        // The client's events are those of the attempt that was passed on to it: the last one.
        if place.attempt == nil, !recorded.exchange.attempts.isEmpty {
            place.attempt = recorded.exchange.attempts.count
        }
        var json = JSONWriter()
        do {
            let events = EventDecoding.events(of: response, body: try recorded.body(response.body))
            for event in events where address.event == nil || address.event == event.index {
                ExchangeJSON.writeEvent(event, of: place, into: &json)
            }
        } catch let error as StoreError where error.code == .notRecorded {
            StandardError.write(error.message)
        }
        if json.bytes.isEmpty {
            StandardError.write("\(address) has no such events")
            throw ExitCode(1)
        }
        return json.bytes
    }

    private func response(of recorded: RecordedExchange, _ address: ExchangeAddress) throws -> RecordedResponse {
        let response: RecordedResponse?
        if let number = address.attempt {
            response = recorded.exchange.attempts[number - 1].response
        } else {
            response = recorded.exchange.response
        }
        guard let response else {
            StandardError.write("\(address) has no response: it ended as \(recorded.exchange.ending.rawValue)")
            throw ExitCode(1)
        }
        return response
    }
}
