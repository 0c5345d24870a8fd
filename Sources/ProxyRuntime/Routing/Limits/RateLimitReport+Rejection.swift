package import Recorder

extension RateLimitReport {
    /// What an answer's windows refuse, and until when.
    package struct Rejection: Hashable, Sendable {
        /// Whether the whole account is refused, not a family of models.
        package var isShared: Bool
        /// The window that binds, or `nil` when only the aggregate says `rejected`.
        package var window: String?
        /// The latest reset of the windows that refuse, else `unified-reset`.
        package var until: Timestamp?
        /// `representative-claim` if it names that window, else the window's own claim.
        package var claim: String?
    }

    /// The windows that refuse requests.
    package var rejectedWindows: [LimitWindow] { windows.filter(\.isRejected) }

    /// What the windows refuse, on whatever status, or `nil` when they are open.
    ///
    /// The aggregate counts only when no window gives a status: it says `rejected` for a family's window as well.
    package func rejection() -> Rejection? {
        let rejected = rejectedWindows
        if let shared = binding(rejected.filter(\.isShared)) { return shared }
        guard windows.allSatisfy({ $0.status == nil }) else { return binding(rejected) }
        guard LimitWindow.isRefusal(status) else { return nil }
        return Rejection(isShared: true, until: reset, claim: claim)
    }

    /// When several windows refuse, the latest of their resets binds.
    private func binding(_ rejected: [LimitWindow]) -> Rejection? {
        guard var last = rejected.first else { return nil }
        for window in rejected.dropFirst() {
            guard let reset = window.reset else { continue }
            if last.reset.map({ $0 < reset }) ?? true { last = window }
        }
        let fits = claim.map { last.isShared ? $0 == last.claim : !["five_hour", "seven_day", "overage"].contains($0) }
        return Rejection(
            isShared: last.isShared,
            window: last.name,
            until: last.reset ?? reset,
            claim: fits == true ? claim : last.claim
        )
    }
}

extension LimitWindow {
    /// What `representative-claim` calls the window.
    fileprivate var claim: String {
        switch name {
        case "5h": "five_hour"
        case "7d": "seven_day"
        default: name
        }
    }
}
