import Recorder

/// What a ring knows: the keys, and what was sent with each.
struct ClientKeyState {
    private(set) var keys: [ClientKey] = []
    /// Whether nobody is asked for a key.
    var isOpen = true
    /// The state of the file that was read.
    private(set) var version: FileVersion?
    /// Whether the file is not there any more.
    var hasGone = false
    /// The trouble that was reported.
    var complaint: String?
    private(set) var day: Int64 = 0
    var tokens: [String: Int] = [:]
    private var buckets: [Digest: RequestBucket] = [:]

    mutating func take(_ file: ClientKeysFile, _ version: FileVersion) {
        keys = file.keys
        self.version = version
        hasGone = false
        complaint = nil
        if !keys.isEmpty { isOpen = false }
        let limits = Dictionary(keys.map { ($0.digest, $0.requestsPerMinute) }, uniquingKeysWith: { $1 })
        buckets = buckets.filter { digest, bucket in limits[digest] == .some(bucket.requestsPerMinute) }
    }

    /// The first good key that has one of the hashes.
    func goodKey(of digests: [Digest]) -> ClientKey? {
        for digest in digests {
            if let key = key(digest), key.revokedAt == nil { return key }
        }
        return nil
    }

    /// The key with that hash.
    ///
    /// Every key is compared, and in full, so that the time tells nothing.
    private func key(_ digest: Digest) -> ClientKey? {
        var found = -1
        for index in keys.indices {
            let difference = digest.difference(keys[index].digest)
            // The last of several with one hash: it can only be the same key, written down twice.
            found = difference == 0 ? index : found
        }
        return found >= 0 ? keys[found] : nil
    }

    mutating func waitForRequest(_ digest: Digest, _ limit: Int, at now: Timestamp) -> Int? {
        buckets[digest, default: RequestBucket(requestsPerMinute: limit, at: now)].take(at: now)
    }

    func waitForTokens(_ name: String, _ limit: Int, at now: Timestamp) -> Int? {
        let today = ClientKeyRing.day(of: now)
        guard today == day, tokens[name, default: 0] >= limit else { return nil }
        let midnight = (today + 1) * ClientKeyRing.microsecondsPerDay
        return Int((midnight - now.microseconds + 999_999) / 1_000_000)
    }

    mutating func turn(to other: Int64) {
        guard other > day else { return }
        day = other
        tokens = [:]
    }
}
