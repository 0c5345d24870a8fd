package import Logging
package import Recorder
import Synchronization

/// The clients' keys there are now, and who may send how much with them.
///
/// Event loops ask it about each request, at the price of one hash. As long as no key was ever made it is open; from
/// then on every request needs a key, also when all were revoked or the file has gone.
package final class ClientKeyRing: Sendable {
    /// What becomes of a request.
    enum Verdict {
        /// No key was ever made: nobody is asked for one.
        case open
        /// The request bears this client's key; these of its header lines hold keys of this proxy's.
        case accepted(name: String, lines: [Int])
        /// The client gets this answer; the wait in seconds stands in it as well.
        case refused(ProxyAnswer, retryAfter: Int?)
    }

    private let layout: StoreLayout
    private let isRequired: Bool
    private let logger: Logger
    private let state: Mutex<ClientKeyState>

    /// Reads the keys for the first time.
    ///
    /// - Parameters:
    ///   - layout: the store.
    ///   - isRequired: whether requests need a key whatever happens: without a file everybody is refused.
    ///   - logger: is told when the file can't be read later on.
    /// - Throws: `SettingsError` naming what is wrong with the file.
    package init(layout: StoreLayout, isRequired: Bool = false, logger: Logger) throws(SettingsError) {
        self.layout = layout
        self.isRequired = isRequired
        self.logger = logger
        var state = ClientKeyState()
        state.isOpen = !isRequired
        if let (file, version) = try ClientKeysFile.load(from: layout) { state.take(file, version) }
        self.state = Mutex(state)
    }

    /// How many keys are good.
    package var goodKeys: Int { state.withLock { state in state.keys.count { $0.revokedAt == nil } } }

    /// Whether nobody is asked for a key.
    package var isOpen: Bool { state.withLock { $0.isOpen } }

    // MARK: - Requests

    /// Judges a request by its head, and counts it.
    func check(_ head: HTTPHead, at now: Timestamp) -> Verdict {
        if isOpen { return .open }
        let given = ClientKeyRing.digests(head)
        guard given.hasCredential else { return .refused(ClientKeyRing.missing, retryAfter: nil) }
        return state.withLock { state in
            guard !(isRequired && state.hasGone), let key = state.goodKey(of: given.lines.map(\.digest)) else {
                return .refused(ClientKeyRing.invalid, retryAfter: nil)
            }
            if let limit = key.tokensPerDay, let wait = state.waitForTokens(key.name, limit, at: now) {
                let message = "the key '\(key.name)' has used its \(limit) tokens for today (UTC)"
                // Official clients would sleep until midnight and look as if they hung.
                let lines = [HeaderField("retry-after", String(wait)), HeaderField("x-should-retry", "false")]
                return .refused(ClientKeyRing.limit(message, lines), retryAfter: wait)
            }
            if let limit = key.requestsPerMinute, let wait = state.waitForRequest(key.digest, limit, at: now) {
                let message = "the key '\(key.name)' may send \(limit) requests a minute"
                return .refused(
                    ClientKeyRing.limit(message, [HeaderField("retry-after", String(wait))]),
                    retryAfter: wait
                )
            }
            return .accepted(name: key.name, lines: ClientKeyRing.keyLines(head))
        }
    }

    /// The lines that may hold a client's key, with its hash: the first `x-api-key` and the first Bearer token.
    private static func digests(_ head: HTTPHead) -> (hasCredential: Bool, lines: [(index: Int, digest: Digest)]) {
        var hasKey = false
        var hasToken = false
        var lines: [(index: Int, digest: Digest)] = []
        for (index, line) in head.lines.enumerated() where line.known == .credential {
            let digest: Digest?
            if head.withBytes(line.name, { $0.isEqualIgnoringCase("x-api-key") }) {
                guard !hasKey else { continue }
                hasKey = true
                digest = head.withBytes(line.value) { Self.digest($0) }
            } else {
                guard !hasToken else { continue }
                hasToken = true
                digest = head.withBytes(line.value) { Self.digest(ofToken: $0) }
            }
            if let digest { lines.append((index, digest)) }
        }
        return (hasKey || hasToken, lines)
    }

    /// The lines that look like keys of this proxy's, good or not: none of them goes any further.
    private static func keyLines(_ head: HTTPHead) -> [Int] {
        head.lines.indices.filter { index in
            guard head.lines[index].known == .credential else { return false }
            return head.withBytes(head.lines[index].value) { value in
                var token = value[...]
                if value.count > 7, UnsafeRawBufferPointer(rebasing: value[..<7]).isEqualIgnoringCase("bearer ") {
                    token = value.dropFirst(7).drop { $0 == 0x20 }
                }
                return token.starts(with: "ccf_".utf8)
            }
        }
    }

    private static func digest(ofToken value: UnsafeRawBufferPointer) -> Digest? {
        guard value.count > 7, UnsafeRawBufferPointer(rebasing: value[..<7]).isEqualIgnoringCase("bearer ") else {
            return nil
        }
        return digest(UnsafeRawBufferPointer(rebasing: value.dropFirst(7).drop { $0 == 0x20 }))
    }

    /// The hash of a text that has the length of a key: hashing others is a waste.
    private static func digest(_ value: UnsafeRawBufferPointer) -> Digest? {
        value.count == ClientKey.length ? Digest(of: value) : nil
    }

    private static let missing = ProxyAnswer(
        status: 401,
        code: .clientKeyMissing,
        message: "this proxy asks for a key of its own: send it as x-api-key or as Authorization: Bearer"
    )
    private static let invalid = ProxyAnswer(
        status: 401,
        code: .clientKeyInvalid,
        message: "this is no key of this proxy, or it was revoked"
    )

    private static func limit(_ message: String, _ lines: [HeaderField]) -> ProxyAnswer {
        ProxyAnswer(status: 429, code: .clientKeyLimit, message: message, extraLines: lines)
    }

    // MARK: - Tokens

    /// Counts tokens of an answer, of all kinds, for the day (UTC) they were used on; days before today are over.
    package func noteTokens(_ count: Int, of name: String, at time: Timestamp) {
        state.withLock { state in
            state.turn(to: ClientKeyRing.day(of: time))
            guard ClientKeyRing.day(of: time) == state.day else { return }
            let (sum, isBeyond) = state.tokens[name, default: 0].addingReportingOverflow(max(0, count))
            state.tokens[name] = isBeyond ? .max : sum
        }
    }

    /// Sets what was used before the proxy was started.
    ///
    /// - Parameters:
    ///   - counts: tokens by the name of the key.
    ///   - day: the day they are for, as `day(of:)` gives it.
    package func setTokensToday(_ counts: [String: Int], day: Int64) {
        state.withLock { state in
            state.turn(to: day)
            if state.day == day { state.tokens = counts }
        }
    }

    /// The number of the day (UTC) since 1970-01-01 that an instant lies in.
    package static func day(of time: Timestamp) -> Int64 {
        let day = time.microseconds / microsecondsPerDay
        return time.microseconds % microsecondsPerDay < 0 ? day - 1 : day
    }

    static let microsecondsPerDay: Int64 = 86_400_000_000

    // MARK: - Changes

    /// Reads the file again if it has changed; a bad one changes nothing, and is reported once.
    ///
    /// Blocks on the file; one thread at a time calls it.
    /// - Returns: whether the keys are others now.
    package func reloadIfChanged() -> Bool {
        let version = PrivateFile(path: layout.clientKeys).version
        let isSame = state.withLock { state in
            guard state.version == version else { return false }
            state.hasGone = false
            state.complaint = nil
            return true
        }
        guard !isSame else { return false }
        do throws(SettingsError) {
            guard let (file, version) = try ClientKeysFile.load(from: layout) else {
                state.withLock { $0.hasGone = true }
                throw SettingsError(
                    message: "\(layout.clientKeys) has gone: "
                        + (isRequired ? "all requests are refused until it is back" : "the keys stay in force")
                )
            }
            return state.withLock { state in
                let old = state.keys
                state.take(file, version)
                return old != state.keys
            }
        } catch {
            let reason = error.description
            let isNew = state.withLock { state in
                defer { state.complaint = reason }
                return state.complaint != reason
            }
            if isNew {
                logger.error("the client keys stay as they were", metadata: ["client_keys.reason": "\(reason)"])
            }
            return false
        }
    }
}
