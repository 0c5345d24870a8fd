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
    /// Sealed segments that the next turn may delete: a reader that began with the segment gets time to finish.
    private var sealedBefore: Set<Int> = []

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
            // The sealer's own; an import that runs beside has another beginning.
            let parts = name.split(separator: ".")
            if name.hasSuffix(".partial"), let first = parts.first, Int(first) != nil {
                unlink(layout.bundles + "/" + name)
            }
        }
    }

    /// Does one turn.
    ///
    /// - Parameters:
    ///   - border: what is closed, and what is still referred to.
    ///   - now: the time on the wall clock.
    ///   - isEnding: asked between two segments.
    /// - Returns: why something could not be done, or `nil`.
    mutating func run(_ border: SealingBorder, now: Timestamp, isEnding: () -> Bool) -> String? {
        do {
            let reader = try StoreReader(layout)
            let sealed = Set(try reader.bundles().compactMap(\.segment))
            let closed = try reader.segmentNumbers().filter { $0 < border.live }
            var fresh: Set<Int> = []
            var problem: String?
            for number in closed where !sealed.contains(number) {
                guard !isEnding() else { return nil }
                do {
                    if try sealer.seal(number, now: now) == nil, number < border.oldestReferred {
                        unlink(layout.segment(number))
                    } else {
                        fresh.insert(number)
                    }
                } catch let error as StoreError where error.code == .unsupported {
                    // A newer program's: it stays as it is, and readers say so.
                    continue
                } catch {
                    problem = problem ?? "\(error)"
                }
            }
            // A closed segment that is not sealed yet may have pieces in any before it.
            if problem == nil {
                for number in closed where sealed.contains(number) && sealedBefore.contains(number) {
                    if number < border.oldestReferred { unlink(layout.segment(number)) }
                }
            }
            sealedBefore = sealed.union(fresh)
            try retain(try reader.bundles().filter { $0.segment ?? 0 < border.oldestReferred }, now: now)
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
