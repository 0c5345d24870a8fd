import CurlSupport
import Foundation
import Inspector
import Logging
package import Recorder
import Synchronization

/// Records a replay as a bundle.
///
/// Everything goes through the recorder into a store of its own beside the bundle, so nothing reaches the disk unmasked;
/// the store is removed when the bundle is written. One thread at a time.
package final class RunRecording {
    /// Tells the one that waits that its exchange is written.
    private final class Writing: ReleaseQueue {
        private let continuation = Mutex<CheckedContinuation<Void, Never>?>(nil)

        func wait(for continuation: CheckedContinuation<Void, Never>) {
            self.continuation.withLock { $0 = continuation }
        }

        func release(_ tokens: [Int]) {
            continuation.withLock { $0.take() }?.resume()
        }

        func recorderIsFree() {}
    }

    /// The folder of the store, for those who have to end in a hurry.
    package var folder: String { layout.home }

    private let path: String
    private let layout: StoreLayout
    private let pipeline: CapturePipeline
    private let writing = Writing()

    /// Prepares for a bundle.
    ///
    /// - Parameter path: where it will be; the ending names the kind of archive.
    /// - Throws: `ReplayerError` or `StoreError` when it can't be written there.
    package init(path: String) throws {
        guard BundleContainer(path: path) != nil else {
            throw ReplayerError(
                .cannotRecord,
                "\(path) does not say which kind of archive it is: let it end in \(BundleContainer.endings)"
            )
        }
        self.path = path
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        var template = Array("\(folder)/.tapedeck-run-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            let reason = String(cString: strerror(errno))
            throw ReplayerError(.cannotRecord, "cannot write to \(folder) (\(reason)): choose another file with -o")
        }
        let home = template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        layout = StoreLayout(home: home)
        do {
            // What goes wrong is in the pipeline's state, and said at the end.
            let logger = Logger(label: "replayer.run") { _ in SwiftLogNoOpLogHandler() }
            pipeline = try CapturePipeline(layout: layout, settings: RecorderSettings(), logger: logger)
        } catch {
            try? FileManager.default.removeItem(atPath: home)
            throw error
        }
    }

    /// Records what came of a request, and returns when it is written.
    func add(_ request: ReplayRequest, _ response: CurlResponse, address: String, startedAt: Timestamp) async {
        let captured = CapturedExchange(request, response, address: address, startedAt: startedAt)
        await withCheckedContinuation { continuation in
            writing.wait(for: continuation)
            pipeline.submit(.finished(captured), releasing: ReleaseTicket(queue: writing, token: 0))
        }
    }

    /// Writes the bundle and removes the store.
    ///
    /// - Returns: what the bundle says about itself.
    /// - Throws: `ReplayerError` when part of it was lost, `StoreError` when it can't be written.
    @discardableResult
    package func finish() async throws -> BundleManifest {
        await pipeline.close()
        defer { try? FileManager.default.removeItem(atPath: layout.home) }
        let state = pipeline.recordingState
        guard state.lostCount == 0, state.degraded == nil else {
            let reason = state.degraded ?? state.lost.keys.sorted().joined(separator: ", ")
            throw ReplayerError(.cannotRecord, "cannot write \(path): \(reason)")
        }
        // Without a catalog every look-up would read the whole store.
        try CatalogIndexer(layout).catchUp()
        let store = try ExchangeStore(layout)
        let builder = try BundleBuilder(path: path)
        try store.forEach(ExchangeQuery()) { try builder.add(try store.recorded($0)) }
        return try builder.finish(created: WallClock.now())
    }

    /// Removes the store; no bundle is written.
    package func discard() async {
        await pipeline.close()
        try? FileManager.default.removeItem(atPath: layout.home)
    }
}
