import Recorder

/// Fills a report from header lines, one after the other.
///
/// Names are scanned by prefix, as new windows and buckets appear without notice. Values are the upstream's, which may
/// be anybody: what is too long, not printable or no number of its kind is passed over, and of a repeated line the first
/// usable one counts.
struct RateLimitReader {
    /// The most windows, and the most buckets, that are kept of one answer.
    static let most = 16
    /// The longest name and value that are kept.
    static let longestText = 64

    private let now: Timestamp
    private var report = RateLimitReport()
    /// `x-ratelimit-reset`, which counts when there is no `unified-reset`.
    private var genericReset: Timestamp?
    /// `retry-after-ms`, which goes before `retry-after`.
    private var wait: Int64?

    /// Begins an empty report; times are told from `now`.
    init(at now: Timestamp) {
        self.now = now
    }

    /// What the lines said.
    consuming func finish() -> RateLimitReport {
        report.reset = report.reset ?? genericReset
        report.retryAfter = wait ?? report.retryAfter
        return report
    }

    /// Reads one line.
    ///
    /// No text is made but what the report keeps: this is done for each answer, on the event loop.
    mutating func read(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard let header = LimitHeader(name) else { return }
        switch header {
        case .unified, .bucket, .generic: report.hasLimits = true
        case .retryAfter, .retryAfterMilliseconds: report.hasRetryAfter = true
        case .shouldRetry: break
        }
        let rest = UnsafeRawBufferPointer(rebasing: name[header.prefixLength...])
        guard !value.isEmpty, RateLimitReader.isText(value), RateLimitReader.isText(rest) else { return }
        switch header {
        case .unified: readUnified(rest, value)
        case .bucket: readBucket(rest, value)
        case .generic:
            if rest.isEqualIgnoringCase("reset") { genericReset = genericReset ?? ResetTime.parse(value, at: now) }
        case .retryAfter:
            report.retryAfter = report.retryAfter ?? ResetTime.span(value, at: now)
        case .retryAfterMilliseconds:
            wait = wait ?? ResetTime.span(milliseconds: value)
        case .shouldRetry:
            report.shouldRetry = report.shouldRetry ?? (value.says("true") ? true : value.says("false") ? false : nil)
        }
    }

    private mutating func readUnified(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if name.isEqualIgnoringCase("status") {
            report.status = report.status ?? RateLimitReader.text(value)
        } else if name.isEqualIgnoringCase("reset") {
            report.reset = report.reset ?? ResetTime.parse(value, at: now)
        } else if name.isEqualIgnoringCase("representative-claim") {
            report.claim = report.claim ?? RateLimitReader.text(value)
        } else if name.isEqualIgnoringCase("fallback-percentage") {
            report.fallbackPercentage = report.fallbackPercentage ?? RateLimitReader.fraction(value)
        } else if name.isEqualIgnoringCase("overage-in-use") {
            report.isOverageInUse = report.isOverageInUse || value.says("true")
        } else if name.isEqualIgnoringCase("overage-disabled-reason") {
            report.overageDisabledReason = report.overageDisabledReason ?? RateLimitReader.text(value)
        } else if !name.hasPrefixIgnoringCase("overage-"), !name.hasPrefixIgnoringCase("fallback-") {
            // Overage and fallback are offers beyond the windows: `overage-status: rejected` refuses nothing.
            readWindow(name, value)
        }
    }

    private mutating func readWindow(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if let window = name.before("-status") {
            updateWindow(window) { $0.status = $0.status ?? RateLimitReader.text(value) }
        } else if let window = name.before("-reset"), let reset = ResetTime.parse(value, at: now) {
            updateWindow(window) { $0.reset = $0.reset ?? reset }
        } else if let window = name.before("-utilization"), let used = RateLimitReader.fraction(value) {
            updateWindow(window) { $0.utilization = $0.utilization ?? used }
        }
    }

    private mutating func updateWindow(_ name: UnsafeRawBufferPointer, _ change: (inout LimitWindow) -> Void) {
        let name = RateLimitReader.text(lowercasing: name)
        if let index = report.windows.firstIndex(where: { $0.name == name }) {
            change(&report.windows[index])
        } else if report.windows.count < RateLimitReader.most {
            var window = LimitWindow(name: name)
            change(&window)
            report.windows.append(window)
        }
    }

    private mutating func readBucket(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if let bucket = name.before("-limit"), let limit = RateLimitReader.count(value) {
            updateBucket(bucket) { $0.limit = $0.limit ?? limit }
        } else if let bucket = name.before("-remaining"), let remaining = RateLimitReader.count(value) {
            updateBucket(bucket) { $0.remaining = $0.remaining ?? remaining }
        } else if let bucket = name.before("-reset"), let reset = ResetTime.parse(value, at: now) {
            updateBucket(bucket) { $0.reset = $0.reset ?? reset }
        }
    }

    private mutating func updateBucket(_ name: UnsafeRawBufferPointer, _ change: (inout LimitBucket) -> Void) {
        let name = RateLimitReader.text(lowercasing: name)
        if let index = report.buckets.firstIndex(where: { $0.name == name }) {
            change(&report.buckets[index])
        } else if report.buckets.count < RateLimitReader.most {
            if report.buckets.isEmpty { report.buckets.reserveCapacity(4) }
            var bucket = LimitBucket(name: name)
            change(&bucket)
            report.buckets.append(bucket)
        }
    }

    /// A share, which may be more than the whole.
    private static func fraction(_ bytes: UnsafeRawBufferPointer) -> Double? {
        PlainNumber(bytes) == nil ? nil : Double(text(bytes))
    }

    private static func count(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let number = PlainNumber(bytes), !bytes.contains(UInt8(ascii: ".")) else { return nil }
        return Int(number.whole)
    }

    /// Whether bytes are printable ASCII of a length that a header of limits may have.
    private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= longestText else { return false }
        for byte in bytes where byte &- 0x20 > 0x5E { return false }
        return true
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func text(lowercasing bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: bytes.count) { target in
            for index in 0..<bytes.count {
                let byte = bytes[index]
                target.initializeElement(at: index, to: byte &- 0x41 < 26 ? byte | 0x20 : byte)
            }
            return bytes.count
        }
    }
}

extension UnsafeRawBufferPointer {
    /// What stands before an ending in lower case, or `nil` when that is nothing or the text ends otherwise.
    fileprivate func before(_ ending: StaticString) -> UnsafeRawBufferPointer? {
        let length = count - ending.utf8CodeUnitCount
        guard length > 0, UnsafeRawBufferPointer(rebasing: self[length...]).isEqualIgnoringCase(ending) else {
            return nil
        }
        return UnsafeRawBufferPointer(rebasing: self[..<length])
    }

    /// Whether the bytes are that text, in the same case of letters.
    fileprivate func says(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: count))
    }
}
