/// Gathers what an answer of the Messages API says about itself: tokens, model, stop reason, error.
///
/// Feed it the events of a stream in order, or the body of an answer that is no stream. Of a stream, each field of a later
/// `usage` that is there and not null replaces the earlier one; what a cut-off stream has reported until then stays.
package struct AnthropicUsage: Sendable {
    /// The model that answered.
    package private(set) var model: String?
    /// Why the model stopped.
    package private(set) var stopReason: String?
    /// `error.type` of an error body or of an `error` event.
    package private(set) var errorType: String?
    /// Whether the stream came to its `message_stop`.
    package private(set) var sawMessageStop = false
    /// What else decides the price.
    package private(set) var billing = BillingFacts()

    private var input: Int?
    private var output: Int?
    private var cacheRead: Int?
    private var cacheWrite: Int?
    private var cacheWriteSplit: CacheWriteSplit?

    /// Makes an empty one.
    package init() {}

    /// The tokens reported so far; `nil` when none are.
    ///
    /// A total of tokens written to the cache that comes without the split by lifetime counts as written for five minutes.
    package var tokens: TokenUsage? {
        var usage = TokenUsage(input: input, output: output, cacheRead: cacheRead)
        if let split = cacheWriteSplit {
            usage.cacheWrite5m = max(split.fiveMinutes, (cacheWrite ?? 0) - split.oneHour)
            usage.cacheWrite1h = split.oneHour
        } else if let cacheWrite {
            usage.cacheWrite5m = cacheWrite
            usage.cacheWrite1h = 0
        }
        return usage == TokenUsage() ? nil : usage
    }

    /// Takes in an event of a stream.
    package mutating func add(_ event: SSEEvent) {
        add(name: event.name, data: event.data)
    }

    /// Takes in an event of a stream; one without a name is known by the `type` of its data.
    package mutating func add(name: String?, data: [UInt8]) {
        switch name {
        case "message_start", "message_delta", "message_stop", "error", nil: break
        default: return
        }
        data.withUnsafeBytes { bytes in
            guard let value = JSONValue(validating: bytes) else { return }
            switch name ?? value["type"]?.string {
            case "message_start":
                guard let message = value["message"] else { return }
                addMessage(message)
            case "message_delta":
                stopReason = value.value(at: ["delta", "stop_reason"])?.string ?? stopReason
                if let usage = value["usage"] { merge(usage) }
            case "message_stop": sawMessageStop = true
            case "error": addError(value)
            default: return
            }
        }
    }

    /// Takes in the whole body of an answer that is no stream: a message or an error.
    package mutating func add(body: [UInt8]) {
        body.withUnsafeBytes { bytes in
            guard let value = JSONValue(validating: bytes), value.kind == .object else { return }
            addError(value)
            if errorType == nil { addMessage(value) }
        }
    }

    private mutating func addMessage(_ message: JSONValue) {
        model = message["model"]?.string ?? model
        stopReason = message["stop_reason"]?.string ?? stopReason
        if let usage = message["usage"] { merge(usage) }
    }

    private mutating func addError(_ value: JSONValue) {
        errorType = value.value(at: ["error", "type"])?.string ?? errorType
    }

    private mutating func merge(_ usage: JSONValue) {
        var iterations: CacheWriteSplit?
        usage.forEachMember { key, value in
            switch key.string {
            case "input_tokens": input = value.count ?? input
            case "output_tokens": output = value.count ?? output
            case "cache_read_input_tokens": cacheRead = value.count ?? cacheRead
            case "cache_creation_input_tokens": cacheWrite = value.count ?? cacheWrite
            case "cache_creation": cacheWriteSplit = CacheWriteSplit(value) ?? cacheWriteSplit
            case "iterations": iterations = CacheWriteSplit(iterations: value)
            case "service_tier": billing.serviceTier = value.string ?? billing.serviceTier
            case "inference_geo": billing.inferenceGeo = value.string ?? billing.inferenceGeo
            case "speed": billing.speed = value.string ?? billing.speed
            case "server_tool_use":
                billing.webSearchRequests = value["web_search_requests"]?.count ?? billing.webSearchRequests
            default: break
            }
            return true
        }
        // The last delta has no split of its own, but its passes have; they count when they explain the whole total.
        if let iterations, iterations.total == cacheWrite { cacheWriteSplit = iterations }
    }
}

/// Tokens written to the cache by how long they live.
private struct CacheWriteSplit {
    var fiveMinutes = 0
    var oneHour = 0

    var total: Int? {
        let (sum, overflow) = fiveMinutes.addingReportingOverflow(oneHour)
        return overflow ? nil : sum
    }

    /// Reads a `cache_creation` object; `nil` when it holds neither count.
    init?(_ value: JSONValue) {
        let five = value["ephemeral_5m_input_tokens"]?.count
        let hour = value["ephemeral_1h_input_tokens"]?.count
        guard five != nil || hour != nil else { return nil }
        fiveMinutes = five ?? 0
        oneHour = hour ?? 0
    }

    /// Adds up the passes of a message; a compaction's tokens are not in the top-level numbers.
    init?(iterations: JSONValue) {
        var found = false
        iterations.forEachElement { pass in
            guard pass["type"]?.isString("message") ?? true else { return true }
            guard let split = pass["cache_creation"].flatMap({ CacheWriteSplit($0) }) else { return true }
            found = true
            fiveMinutes = fiveMinutes.addingReportingOverflow(split.fiveMinutes).partialValue
            oneHour = oneHour.addingReportingOverflow(split.oneHour).partialValue
            return true
        }
        guard found else { return nil }
    }
}
