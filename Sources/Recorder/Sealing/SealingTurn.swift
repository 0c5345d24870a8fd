#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What the sealer does every so often: seal closed segments, delete those that were sealed before, delete old bundles.
///
/// It blocks; one thread uses it.
struct SealingTurn {
    private let layout: StoreLayout
    private let settings: SealingSettings
    private let sealer: SegmentSealer
    /// What is known of bundles, so that each is looked into once.
    private var manifests: [SealedBundle: BundleManifest] = [:]
    private var deletions: [DeletionRecord] = []
    /// Closed segments that hold nothing but pieces.
    private var empty: Set<Int> = []
    /// Segments that had nothing left to seal at the last turn: a reader that began with one gets time to finish.
    private var doneBefore: Set<Int> = []

    init(layout: StoreLayout, settings: SealingSettings, sealer: SegmentSealer) {
        self.layout = layout
        self.settings = settings
        self.sealer = sealer
    }

    /// Removes what a crash has left of bundles that were not finished.
    func removePartialFiles() {
        guard let directory = opendir(layout.bundles) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            // Nobody else writes here now: an import holds the lock that the proxy has.
            if name.hasSuffix(".partial") { unlink(layout.bundles + "/" + name) }
        }
    }

    /// Does one turn.
    ///
    /// - Parameters:
    ///   - border: what is closed, and what is still referred to.
    ///   - now: the time on the wall clock.
    ///   - isEnding: asked again and again whether to stop.
    /// - Returns: why something could not be done, or `nil`.
    mutating func run(_ border: SealingBorder, now: Timestamp, isEnding: @escaping () -> Bool) -> String? {
        do {
            let reader = try StoreReader(layout)
            let done = Set(try reader.bundles().compactMap(\.segment)).union(empty)
            let closed = try reader.segmentNumbers().filter { $0 < border.live }
            var open: Set<Int> = []
            var problem: String?
            for number in closed where !done.contains(number) {
                do {
                    if case .empty = try sealer.seal(number, now: now, isCancelled: isEnding) { empty.insert(number) }
                } catch let error as StoreError where error.code == .cancelled {
                    return nil
                } catch let error as StoreError where error.code == .unsupported {
                    // A newer program's: it stays as it is, and readers say so.
                    open.insert(number)
                } catch {
                    open.insert(number)
                    problem = problem ?? "\(error)"
                }
            }
            // A closed segment that is not sealed, whichever it is, may have pieces in any of those before it.
            if open.isEmpty {
                for number in closed where done.contains(number) && doneBefore.contains(number) {
                    guard number < border.oldestReferred else { continue }
                    unlink(layout.segment(number))
                    empty.remove(number)
                }
            }
            let left = Set(try reader.segmentNumbers())
            let bundles = try reader.bundles()
            doneBefore = Set(bundles.compactMap(\.segment)).union(empty)
            let free = bundles.filter { bundle in
                guard let segment = bundle.segment else { return true }
                return open.isEmpty ? segment < border.oldestReferred : !left.contains(segment)
            }
            try retain(free, now: now)
            return problem
        } catch {
            return "\(error)"
        }
    }

    /// The deletions since the last call.
    mutating func takeDeletions() -> [DeletionRecord] {
        defer { deletions = [] }
        return deletions
    }

    // MARK: - Retention

    private mutating func retain(_ bundles: [SealedBundle], now: Timestamp) throws {
        guard settings.retention.days != nil || settings.retention.bytes != nil else { return }
        var known: [SealedBundle: BundleManifest] = [:]
        for bundle in bundles {
            if let manifest = manifests[bundle] {
                known[bundle] = manifest
            } else if let file = try? BundleFile(path: layout.bundles + "/" + bundle.name, contents: .manifest) {
                known[bundle] = file.manifest
                // A hash for each piece is too much to keep.
                known[bundle]?.members = [:]
            }
        }
        manifests = known
        let candidates = known.map { bundle, manifest in
            RetentionPolicy.Candidate(
                name: bundle.name,
                bytes: bundle.bytes,
                until: bundle.segment == nil ? bundle.modificationTime : manifest.until ?? manifest.created
            )
        }
        let due = settings.retention.deletions(of: candidates, now: now)
        guard !due.isEmpty else { return }
        let noted = Dictionary(
            try DeletionRecord.all(in: layout).map { ($0.bundle, $0.deleted) },
            uniquingKeysWith: { max($0, $1) }
        )
        for (candidate, reason) in due {
            guard let (bundle, manifest) = known.first(where: { $0.key.name == candidate.name }) else { continue }
            let record = DeletionRecord(
                bundle: candidate.name,
                exchanges: manifest.exchanges,
                bytes: candidate.bytes,
                from: manifest.from,
                until: manifest.until,
                reason: reason,
                deleted: now
            )
            // Noted first: a crash in between repeats the deletion, not the note.
            // A bundle that came after a deletion of its name was imported again, and goes again.
            if noted[candidate.name].map({ $0 < bundle.modificationTime }) ?? true { try record.append(to: layout) }
            // Its segment may still be there, and would count again without the bundle.
            if let segment = StoreLayout.sealedSegment(bundleFileName: candidate.name) {
                unlink(layout.segment(segment))
            }
            guard unlink(layout.bundles + "/" + candidate.name) == 0 || errno == ENOENT else {
                throw StoreError.system("delete", layout.bundles + "/" + candidate.name)
            }
            deletions.append(record)
        }
    }
}
