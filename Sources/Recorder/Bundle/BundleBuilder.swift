import Crypto

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Collects exchanges and writes them as a bundle: whole under its name, or not at all.
///
/// ```swift
/// let builder = try BundleBuilder(path: "incident.zip")
/// for recorded in exchanges { try builder.add(recorded) }
/// let manifest = try builder.finish(created: now)
/// ```
///
/// What was added lies in a temporary file beside the bundle, not in memory; memory grows with the number of pieces and
/// exchanges, by some hundred bytes each. It blocks, and belongs to one thread.
package final class BundleBuilder {
    /// How a bundle is written.
    package struct Options {
        /// How hard Zstandard tries, from 1 to 19.
        package var level = 12
        /// Exchanges that were lost and belong here.
        package var missing: [BundleManifest.Missing] = []
        /// What was done with ids.
        package var identities = BundleManifest.Identities.kept
        /// Whether the detectors ran over everything again.
        package var isRescanned = false

        /// Asked again and again while the file is written: whether it is wanted no more.
        package var isCancelled: () -> Bool = { false }

        /// The defaults.
        package init() {}
    }

    private let path: String
    private let container: BundleContainer
    private let options: Options
    private var report: (any BundleReport)?
    private var lines: Spool
    private var contents: Spool
    private var lineHash = SHA256()
    private var pieces: [Digest: Range<Int>] = [:]
    /// New pieces by conversation, so that those that resemble each other lie together.
    private var order: [[Digest]] = []
    private var groups: [String: Int] = [:]
    private var manifest = BundleManifest(created: Timestamp(microseconds: 0))
    private var last: (Timestamp, UInt64)?

    /// Begins a bundle.
    ///
    /// - Parameters:
    ///   - path: where it will be; the name's ending says which container it gets.
    ///   - options: how it is written.
    ///   - report: writes the pages for people.
    /// - Throws: `StoreError` when the name has no known ending, or the folder can't be written.
    package init(path: String, options: Options = Options(), report: (any BundleReport)? = nil) throws(StoreError) {
        guard let container = BundleContainer(path: path) else {
            throw StoreError(
                .unsupported,
                "\(path) does not say which kind of archive it is: let it end in \(BundleContainer.endings)"
            )
        }
        self.path = path
        self.container = container
        self.options = options
        self.report = report
        let folder = BundleBuilder.folder(of: path)
        lines = try Spool(in: folder)
        contents = try Spool(in: folder)
    }

    /// Exchanges added so far.
    package var count: Int { manifest.exchanges }

    /// Adds an exchange; they come in the order of their start, then number.
    ///
    /// - Throws: `StoreError` when a body can't be read, the disk is full, or the order is another.
    package func add(_ recorded: RecordedExchange) throws {
        let exchange = recorded.exchange
        if let last, (exchange.startedAt, exchange.number) < last {
            throw StoreError(.corrupt, "\(exchange.address) was added to \(path) out of order")
        }
        last = (exchange.startedAt, exchange.number)
        // All or nothing: a body that can't be read leaves no pieces of the others behind.
        var names: [BodyRecord: [Digest]] = [:]
        var new: [(name: Digest, content: [UInt8])] = []
        var isNew: Set<Digest> = []
        for body in exchange.bodies where names[body] == nil {
            guard body.omitted == nil, body.storedLength > 0 else {
                names[body] = []
                continue
            }
            let list = try recorded.bodies.pieces(of: body)
            for piece in list where pieces[piece.name] == nil && isNew.insert(piece.name).inserted {
                new.append((piece.name, try content(of: piece, recorded)))
            }
            names[body] = list.map(\.name)
        }
        // Without a session an exchange is a conversation of its own.
        try store(new, session: exchange.session ?? exchange.id.description)
        for reason in exchange.bodies.compactMap(\.omitted) { manifest.omittedBodies[reason, default: 0] += 1 }
        var json = JSONWriter()
        ExchangeJSON.writeDetail(recorded.sealed(in: nil), form: .bundle(names), into: &json)
        lineHash.update(data: json.bytes)
        try lines.append(json.bytes)
        note(exchange)
        report?.add(recorded)
    }

    /// Notes exchanges that belong here and are missing, beside those of the options.
    package func note(_ missing: BundleManifest.Missing) {
        manifest.missing.append(missing)
    }

    private func note(_ exchange: Exchange) {
        manifest.exchanges += 1
        manifest.attempts = (manifest.attempts ?? 0) + exchange.attempts.count
        manifest.lastNumber = max(manifest.lastNumber ?? 0, exchange.number)
        if manifest.from == nil { manifest.from = exchange.startedAt }
        manifest.until = exchange.startedAt
    }

    private func content(of piece: BodyPiece, _ recorded: RecordedExchange) throws -> [UInt8] {
        let content = try recorded.bodies.content(of: piece)
        guard content.withUnsafeBytes({ Digest(of: $0) }) == piece.name else {
            throw StoreError(.corrupt, "a piece of \(recorded.exchange.address) is damaged")
        }
        return content
    }

    private func store(_ new: [(name: Digest, content: [UInt8])], session: String) throws(StoreError) {
        guard !new.isEmpty else { return }
        let group = groups[session] ?? order.count
        if group == order.count {
            groups[session] = group
            order.append([])
        }
        for (name, content) in new {
            let start = try contents.append(content)
            pieces[name] = start..<(start + content.count)
            order[group].append(name)
        }
    }

    // MARK: - Writing

    /// Writes the bundle: a temporary file beside it, brought to the disk, then given its name.
    ///
    /// - Parameter created: the instant that the manifest names, the one thing that differs between two bundles of the
    ///   same exchanges.
    /// - Returns: the manifest.
    /// - Throws: `StoreError` when the disk is full or the file can't be made.
    @discardableResult
    package func finish(created: Timestamp) throws(StoreError) -> BundleManifest {
        try lines.flush()
        try contents.flush()
        manifest.created = created
        manifest.missing = options.missing + manifest.missing
        manifest.identities = options.identities
        manifest.isRescanned = options.isRescanned
        let names = order.joined()
        manifest.pieces = pieces.count
        manifest.pieceBytes = contents.length
        let pages = report?.members(manifest) ?? []
        manifest.members[BundleFormat.exchanges] = Digest(lineHash.finalize())
        for page in pages { manifest.members[page.name] = page.content.withUnsafeBytes { Digest(of: $0) } }
        for name in names { manifest.members[BundleFormat.member(of: name)] = name }
        let order = [BundleFormat.exchanges] + pages.map(\.name) + names.map(BundleFormat.member(of:))

        let temporary = "\(path).\(String(UInt32.random(in: 0 ... .max), radix: 16)).partial"
        do throws(StoreError) {
            let file = try Descriptor(path: temporary, flags: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
            var archive = try ArchiveWriter(container, level: options.level, into: file)
            try archive.add(BundleFormat.manifest, manifest.json(order: order))
            try copy(lines, 0..<lines.length, as: BundleFormat.exchanges, to: &archive)
            for page in pages { try archive.add(page.name, page.content) }
            for name in names {
                if let range = pieces[name] {
                    try copy(contents, range, as: BundleFormat.member(of: name), to: &archive)
                }
            }
            try archive.finish()
            guard fsync(file.number) == 0 else { throw StoreError.system("sync", temporary) }
            guard rename(temporary, path) == 0 else { throw StoreError.system("make", path) }
        } catch {
            unlink(temporary)
            throw error
        }
        // The name reaches the disk with its folder.
        if let folder = try? Descriptor(path: BundleBuilder.folder(of: path), flags: O_RDONLY) { fsync(folder.number) }
        return manifest
    }

    private func copy(
        _ spool: borrowing Spool,
        _ range: Range<Int>,
        as name: String,
        to archive: inout ArchiveWriter
    ) throws(StoreError) {
        try archive.begin(name, size: range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            guard !options.isCancelled() else { throw StoreError(.cancelled, "\(path) is wanted no more") }
            let end = min(range.upperBound, position + (1 << 20))
            let part = try spool.read(position..<end)
            try archive.write(part)
            position = end
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
