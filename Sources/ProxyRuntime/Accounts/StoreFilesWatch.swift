import Foundation
package import Logging
import Synchronization

/// Notices changes that commands make to `accounts.json` and `keys.json` while the proxy runs, and lets the state of its
/// accounts be written.
///
/// It looks twice a second on a thread of its own, as files may block; a look costs three calls to the system.
package final class StoreFilesWatch: Sendable {
    private let accounts: AccountDirectory
    private let clientKeys: ClientKeyRing
    private let interval: Duration
    private let logger: Logger
    private let onAccounts: @Sendable ([Account]) -> Void
    private let onLook: @Sendable () -> Void
    private let isEnding = Atomic(false)
    private let isStarted = Atomic(false)
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Prepares the watch.
    ///
    /// - Parameters:
    ///   - accounts: read again when its files change.
    ///   - clientKeys: read again when its file changes.
    ///   - interval: the time between two looks.
    ///   - logger: is told what has changed, by name.
    ///   - onAccounts: is given the accounts, on the thread of the watch, each time they are others.
    ///   - onLook: is called on that thread at each look.
    package init(
        accounts: AccountDirectory,
        clientKeys: ClientKeyRing,
        interval: Duration = .milliseconds(500),
        logger: Logger,
        onAccounts: @escaping @Sendable ([Account]) -> Void = { _ in },
        onLook: @escaping @Sendable () -> Void = {}
    ) {
        self.accounts = accounts
        self.clientKeys = clientKeys
        self.interval = interval
        self.logger = logger
        self.onAccounts = onAccounts
        self.onLook = onLook
    }

    /// Begins.
    package func start() {
        isStarted.store(true, ordering: .releasing)
        let thread = Thread { self.run() }
        thread.name = "tapedeck.files"
        thread.start()
    }

    /// Ends; after it nothing is called any more.
    package func close() async {
        guard isStarted.load(ordering: .acquiring) else { return }
        isEnding.store(true, ordering: .releasing)
        wake.signal()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.ended.wait()
                continuation.resume()
            }
        }
    }

    private func run() {
        let milliseconds = Int(interval / .milliseconds(1))
        while !isEnding.load(ordering: .acquiring) {
            look()
            onLook()
            _ = wake.wait(timeout: .now() + .milliseconds(milliseconds))
        }
        ended.signal()
    }

    private func look() {
        if clientKeys.reloadIfChanged() {
            logger.info("the client keys have changed", metadata: ["client_keys.good": "\(clientKeys.goodKeys)"])
        }
        if accounts.reloadIfChanged() {
            let now = accounts.accounts
            let paused = now.filter(\.isPaused).map(\.name)
            logger.info(
                "the accounts have changed",
                metadata: [
                    "accounts.names": "\(now.map(\.name).joined(separator: " "))",
                    "accounts.paused": "\(paused.joined(separator: " "))",
                ]
            )
            onAccounts(now)
        }
    }
}
