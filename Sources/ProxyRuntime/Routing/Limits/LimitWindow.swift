package import Recorder

/// A window of a subscription, as `anthropic-ratelimit-unified-<name>-…` tells of it.
package struct LimitWindow: Hashable, Sendable, Codable {
    /// The window's name in the header: `5h`, `7d`, `7d_oi`.
    package var name: String
    /// `allowed`, `allowed_warning`, `rejected`, or what else the header says.
    package var status: String?
    /// The share that is used: 0 to 1, and beyond when overage is drawn on.
    package var utilization: Double?
    /// When the window begins anew.
    package var reset: Timestamp?

    /// Names a window of which nothing is known.
    package init(name: String) {
        self.name = name
    }

    /// Whether the window refuses requests.
    package var isRejected: Bool { LimitWindow.isRefusal(status) }
    /// Whether the window is one of the whole account's, not of a family of models.
    package var isShared: Bool { name == "5h" || name == "7d" }

    /// Whether a status refuses requests; the last three were seen by older proxies only.
    ///
    /// `allowed_warning`, `queueing_soft` and `queueing_hard` are open.
    package static func isRefusal(_ status: String?) -> Bool {
        switch status {
        case "rejected", "blocked", "rate_limited", "payment_required": true
        default: false
        }
    }
}
