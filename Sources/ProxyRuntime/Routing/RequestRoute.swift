import Recorder

/// How far the policy is with one request.
///
/// It is the policy's memory of the request, kept by whoever drives it.
package struct RequestRoute: Sendable {
    enum Phase: Sendable {
        case deciding
        /// An attempt is on its way; `nil` for the client's own credentials.
        case attempting(AccountID?, since: Timestamp, isProbe: Bool)
        /// The answer of the attempt goes to the client: there is no other.
        case committed(AccountID?, since: Timestamp, isProbe: Bool)
        /// For an account's second try, or for any account; `isHeld` when it is the time to hold requests that is used.
        case waiting(AccountID?, since: Timestamp, until: Timestamp, isHeld: Bool, because: String)
        case over
    }

    /// What an account did for this request.
    struct Trial: Sendable {
        var account: AccountID
        var kind: AttemptKind
        /// From when it may be tried again once there was a wait, or `nil` for not at all.
        var again: Timestamp?
        var throttles = 0
    }

    let request: RoutedRequest
    let arrived: Timestamp
    var phase = Phase.deciding
    /// Attempts that were begun.
    package internal(set) var attempts = 0
    var trials: [Trial] = []
    var overloadRetries = 0
    var hasMovedOnWindowless = false
    var hasWaited = false
    /// How much of the time to hold requests is used up.
    var held: Int64 = 0
    var lastOutcome: AttemptOutcome?
    /// Whether the answer of the last attempt is still at hand.
    var hasAnswer = false
    /// The cool-down that the last outcome brought, for the record.
    package internal(set) var cooldown: Cooldown?

    init(_ request: RoutedRequest, at now: Timestamp) {
        self.request = request
        arrived = now
    }

    func trial(_ account: AccountID) -> Trial? {
        trials.first { $0.account == account }
    }

    mutating func note(_ account: AccountID, _ kind: AttemptKind, again: Timestamp? = nil) {
        if let index = trials.firstIndex(where: { $0.account == account }) {
            trials[index].kind = kind
            trials[index].again = again
            if kind == .throttle { trials[index].throttles += 1 }
        } else {
            trials.append(Trial(account: account, kind: kind, again: again, throttles: kind == .throttle ? 1 : 0))
        }
    }
}
