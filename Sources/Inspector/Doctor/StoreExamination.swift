package import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What `inspector doctor` finds out about a store, its catalog and this program.
package struct StoreExamination: Sendable {
    /// A place in a segment from which nothing more can be read.
    package struct Damage: Hashable, Sendable {
        /// The segment's number.
        package let segment: Int
        /// The offset of the first byte that cannot be read.
        package let offset: Int
        /// Bytes from there to the end of the file.
        package let bytes: Int
    }

    /// Losses of recordings for one reason.
    package struct GapCount: Hashable, Sendable {
        /// Why, in the recorder's words.
        package let reason: String
        /// How often there was such a loss.
        package internal(set) var gaps: Int
        /// How many exchanges are missing in all.
        package internal(set) var exchanges: Int
        /// When the first was lost.
        package internal(set) var from: Timestamp
        /// When the last was lost.
        package internal(set) var until: Timestamp
    }

    /// The store's directory.
    package let home: String
    /// Whether a proxy records into it now.
    package let isRecording: Bool
    /// The permission bits of the masking key, or `nil` when there is none.
    package let maskingKeyMode: Int?
    /// Bytes of live segments.
    package private(set) var segmentBytes = 0
    /// Damaged segments that were kept when they were sealed.
    package private(set) var keptDamaged: [String] = []
    /// How many sealed and imported bundles there are.
    package private(set) var bundles = 0
    /// Bytes of sealed and imported bundles.
    package private(set) var bundleBytes = 0
    /// Exchanges in bundles.
    package private(set) var sealedExchanges = 0
    /// What is wrong with bundles, a line each.
    package private(set) var bundleFaults: [String] = []
    /// Bundles that retention deleted, with what they held.
    package private(set) var deletions: [DeletionRecord] = []
    /// Bytes of the catalog with its log.
    package let catalogBytes: Int
    /// How many live segments there are.
    package private(set) var segments = 0
    /// Exchanges in live segments.
    package private(set) var liveExchanges = 0
    /// Live exchanges that the catalog has.
    package private(set) var indexedExchanges = 0
    /// Frames that are whole but cannot be understood.
    package private(set) var skippedFrames = 0
    /// Segments that end in bytes that cannot be read.
    package private(set) var damage: [Damage] = []
    /// Losses by reason, in the order of their first occurrence.
    package private(set) var gaps: [GapCount] = []
    /// Why the catalog cannot be used, or `nil`.
    package private(set) var catalogProblem: StoreError?
    /// Files among the segments that cannot be read at all, and why.
    package private(set) var unreadable: [String] = []

    /// Live exchanges that the catalog does not have yet.
    package var notIndexed: Int { liveExchanges - indexedExchanges }

    /// Reads a whole store.
    ///
    /// - Parameters:
    ///   - layout: the store.
    ///   - catalog: the catalog, if it lies elsewhere than the layout says.
    ///   - progress: called before each segment with its place in the row and the length of the row.
    /// - Throws: `StoreError` with code `notFound` when there is no store, or when it cannot be listed.
    package init(
        _ layout: StoreLayout,
        catalog: String? = nil,
        progress: (_ segment: Int, _ count: Int) -> Void = { _, _ in }
    ) throws {
        let reader = try StoreReader(layout)
        let catalog = catalog ?? layout.catalog
        home = layout.home
        isRecording = StoreLock.isHeld(layout)
        maskingKeyMode = StoreExamination.mode(of: layout.maskingKey)
        catalogBytes = [catalog, catalog + "-wal"].compactMap { SegmentMark.length(of: $0) }.reduce(0, +)
        let files = try StoreFiles(reader)
        keptDamaged = try reader.damagedSegments().map { layout.segments + "/" + $0 }
        deletions = try DeletionRecord.all(in: layout)
        let numbers = files.segments
        segments = numbers.count
        let marks = marks(layout, catalog: catalog)
        for (index, bundle) in files.bundles.enumerated() {
            progress(index + 1, files.bundles.count + numbers.count)
            examine(bundle, files)
        }
        for (index, number) in numbers.enumerated() {
            progress(files.bundles.count + index + 1, files.bundles.count + numbers.count)
            do {
                try examine(
                    number,
                    layout,
                    indexedTo: marks[number] ?? 0,
                    isWritten: isRecording && number == numbers.last
                )
            } catch let error as StoreError {
                unreadable.append(error.message)
            }
        }
    }

    /// What is wrong, one line each with the remedy; empty for a healthy store.
    package var problems: [String] {
        var problems = unreadable
        // A store in which nothing was recorded yet needs no catalog.
        if let catalogProblem, liveExchanges > 0 || sealedExchanges > 0 || catalogProblem.code != .notFound {
            problems.append("\(catalogProblem): run `inspector doctor --rebuild`")
        }
        if let mode = maskingKeyMode {
            if mode & 0o077 != 0 {
                problems.append("the masking key can be read by others (mode \(String(mode, radix: 8))): chmod 600 it")
            }
        } else if liveExchanges > 0 || sealedExchanges > 0 {
            problems.append("there is no masking key: equal secrets will get other tags than in what is recorded here")
        }
        for place in damage {
            problems.append(
                "segment \(place.segment) cannot be read from offset \(place.offset) on (\(place.bytes) bytes): "
                    + "the proxy cuts off the end of its last segment when it starts"
            )
        }
        problems += bundleFaults
        if skippedFrames > 0 {
            problems.append("\(skippedFrames) frames were written by a newer program or are damaged: update this one")
        }
        return problems
    }

    // MARK: - Looking

    private mutating func marks(_ layout: StoreLayout, catalog: String) -> [Int: Int] {
        do {
            return try CatalogReader(path: catalog).read {
                try CatalogView($0, files: StoreFiles(StoreReader(layout))).covered
            }
        } catch {
            let unknown = StoreError(.corrupt, "the catalog \(catalog) cannot be read: \(error)")
            catalogProblem = error as? StoreError ?? unknown
            return [:]
        }
    }

    private mutating func examine(_ bundle: SealedBundle, _ files: StoreFiles) {
        let path = files.path(of: bundle.name)
        do throws(StoreError) {
            let file = try BundleFile(path: path)
            bundles += 1
            bundleBytes += bundle.bytes
            sealedExchanges += file.rows.count
            bundleFaults += file.faults.map { "\(path): \($0)" }
            for note in file.manifest?.missing ?? [] {
                add(
                    RecordingGap(
                        from: note.from ?? file.manifest?.from ?? Timestamp(microseconds: 0),
                        until: note.until ?? file.manifest?.until ?? Timestamp(microseconds: 0),
                        reason: note.reason,
                        exchanges: note.exchanges
                    )
                )
            }
        } catch {
            // Deleted while we read.
            if error.code != .notFound { bundleFaults.append(error.message) }
        }
    }

    private mutating func examine(_ number: Int, _ layout: StoreLayout, indexedTo: Int, isWritten: Bool) throws {
        var scan = try SegmentScan(layout, number: number)
        while let frame = try scan.next() {
            switch frame.content {
            case .exchange:
                liveExchanges += 1
                if frame.end <= indexedTo { indexedExchanges += 1 }
            case .gap(let gap): add(gap)
            case .piece, .opening, .unknown: break
            }
        }
        skippedFrames += scan.skipped
        // Asked after the reading: what a proxy appends meanwhile is no damage, nor what it is writing now.
        let length = SegmentMark.length(of: layout.segment(number)) ?? 0
        segmentBytes += length
        if length > scan.position, !isWritten {
            damage.append(Damage(segment: number, offset: scan.position, bytes: length - scan.position))
        }
    }

    private mutating func add(_ gap: RecordingGap) {
        guard let index = gaps.firstIndex(where: { $0.reason == gap.reason }) else {
            gaps.append(
                GapCount(reason: gap.reason, gaps: 1, exchanges: gap.exchanges, from: gap.from, until: gap.until)
            )
            return
        }
        gaps[index].gaps += 1
        gaps[index].exchanges = gaps[index].exchanges.adding(saturating: gap.exchanges)
        gaps[index].from = min(gaps[index].from, gap.from)
        gaps[index].until = max(gaps[index].until, gap.until)
    }

    private static func mode(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_mode & 0o7777) : nil
    }
}
