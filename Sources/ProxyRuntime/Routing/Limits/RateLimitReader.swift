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
    mutating func read(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard let header = LimitHeader(name) else { return }
        switch header {
        case .unified, .bucket, .generic: report.hasLimits = true
        case .retryAfter, .retryAfterMilliseconds: report.hasRetryAfter = true
        case .shouldRetry: break
        }
        let rest = UnsafeRawBufferPointer(rebasing: name[header.prefixLength...])
        guard let value = RateLimitReader.text(value), !value.isEmpty,
            let rest = RateLimitReader.text(rest, isName: true)
        else { return }
        switch header {
        case .unified: readUnified(rest, value)
        case .bucket: readBucket(rest, value)
        case .generic:
            if rest == "reset" { genericReset = genericReset ?? ResetTime.parse(value, at: now) }
        case .retryAfter:
            report.retryAfter = report.retryAfter ?? ResetTime.span(value, at: now)
        case .retryAfterMilliseconds:
            wait = wait ?? ResetTime.span(milliseconds: value)
        case .shouldRetry:
            report.shouldRetry = report.shouldRetry ?? (value == "true" ? true : value == "false" ? false : nil)
        }
    }

    private mutating func readUnified(_ name: String, _ value: String) {
        switch name {
        case "status": report.status = report.status ?? value
        case "reset": report.reset = report.reset ?? ResetTime.parse(value, at: now)
        case "representative-claim": report.claim = report.claim ?? value
        case "fallback-percentage":
            report.fallbackPercentage = report.fallbackPercentage ?? RateLimitReader.fraction(value)
        case "overage-in-use": report.isOverageInUse = report.isOverageInUse || value == "true"
        case "overage-disabled-reason": report.overageDisabledReason = report.overageDisabledReason ?? value
        default:
            // Overage and fallback are offers beyond the windows: `overage-status: rejected` refuses nothing.
            guard !name.hasPrefix("overage-"), !name.hasPrefix("fallback-") else { return }
            readWindow(name, value)
        }
    }

    private mutating func readWindow(_ name: String, _ value: String) {
        if let window = name.before("-status") {
            updateWindow(window) { $0.status = $0.status ?? value }
        } else if let window = name.before("-reset"), let reset = ResetTime.parse(value, at: now) {
            updateWindow(window) { $0.reset = $0.reset ?? reset }
        } else if let window = name.before("-utilization"), let used = RateLimitReader.fraction(value) {
            updateWindow(window) { $0.utilization = $0.utilization ?? used }
        }
    }

    private mutating func updateWindow(_ name: String, _ change: (inout LimitWindow) -> Void) {
        if let index = report.windows.firstIndex(where: { $0.name == name }) {
            change(&report.windows[index])
        } else if report.windows.count < RateLimitReader.most {
            var window = LimitWindow(name: name)
            change(&window)
            report.windows.append(window)
        }
    }

    private mutating func readBucket(_ name: String, _ value: String) {
        if let bucket = name.before("-limit"), let limit = RateLimitReader.count(value) {
            updateBucket(bucket) { $0.limit = $0.limit ?? limit }
        } else if let bucket = name.before("-remaining"), let remaining = RateLimitReader.count(value) {
            updateBucket(bucket) { $0.remaining = $0.remaining ?? remaining }
        } else if let bucket = name.before("-reset"), let reset = ResetTime.parse(value, at: now) {
            updateBucket(bucket) { $0.reset = $0.reset ?? reset }
        }
    }

    private mutating func updateBucket(_ name: String, _ change: (inout LimitBucket) -> Void) {
        if let index = report.buckets.firstIndex(where: { $0.name == name }) {
            change(&report.buckets[index])
        } else if report.buckets.count < RateLimitReader.most {
            var bucket = LimitBucket(name: name)
            change(&bucket)
            report.buckets.append(bucket)
        }
    }

    /// A share, which may be more than the whole.
    private static func fraction(_ text: String) -> Double? {
        PlainNumber(text) == nil ? nil : Double(text)
    }

    private static func count(_ text: String) -> Int? {
        guard let number = PlainNumber(text), !text.contains(".") else { return nil }
        return Int(number.whole)
    }

    /// Printable ASCII of a length that a header of limits may have, else `nil`; names in lower case.
    private static func text(_ bytes: UnsafeRawBufferPointer, isName: Bool = false) -> String? {
        guard bytes.count <= longestText, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return String(unsafeUninitializedCapacity: bytes.count) { target in
            for index in 0..<bytes.count {
                let byte = bytes[index]
                target.initializeElement(at: index, to: isName && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
            }
            return bytes.count
        }
    }
}

extension String {
    /// What stands before an ending, or `nil` when that is nothing or the text ends otherwise.
    fileprivate func before(_ ending: String) -> String? {
        guard utf8.count > ending.utf8.count, hasSuffix(ending) else { return nil }
        return String(dropLast(ending.utf8.count))
    }
}
