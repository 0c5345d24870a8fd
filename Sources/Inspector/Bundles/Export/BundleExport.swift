package import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Writes chosen exchanges of a source into bundle files that may leave the machine.
///
/// ```swift
/// let export = BundleExport(source: store, key: key, options: options)
/// switch try export.run(rows, to: "incident.zip", created: now) { … }
/// ```
///
/// Every exchange goes through the detectors again. Nothing appears under the file's name unless all of it may leave.
/// Memory holds one exchange's bodies at a time. It blocks.
package struct BundleExport {
    /// What is wanted.
    package struct Options: Sendable {
        /// Whether ids of users, accounts and devices stay as recorded.
        package var keepsIdentities = false
        /// Whether what the detectors find is replaced, rather than a reason to refuse.
        package var remasks = false
        /// The longest file in bytes; more is split by time.
        package var maximumSize: Int?
        /// Whether files that are there may be replaced.
        package var overwrites = false

        /// The defaults.
        package init() {}
    }

    /// A file that was written.
    package struct Part: Sendable {
        /// Its path.
        package var path: String
        /// How many exchanges it holds.
        package var exchanges: Int
        /// Its length.
        package var bytes: Int
    }

    /// How an export ended.
    package enum Outcome: Sendable {
        /// These files are there now.
        case written([Part])
        /// Nothing was written, as the detectors found something; the first thousand places, and how many there are.
        case refused([SecretPlace], count: Int)
        /// Nothing was written, as one exchange alone makes a file that is longer than allowed.
        case tooLarge(ExchangeAddress, bytes: Int)
    }

    /// What became of the exchanges of one file.
    private struct Written {
        /// The first places that the detectors found, and how many there are.
        var places: [SecretPlace] = []
        var count = 0
        /// Exchanges in the file.
        var exchanges = 0
        /// What was left out, a line each, and why the last one was.
        var notices: [String] = []
        var damage: StoreError?
    }

    /// Places beyond that many are counted only.
    private static let placeLimit = 1000

    private let source: any ExchangeSource
    private let options: Options
    private let rules: ExportRules
    private let progress: (Int, Int) -> Void
    private let notice: (String) -> Void

    /// Prepares an export.
    ///
    /// - Parameters:
    ///   - source: where the exchanges are read from.
    ///   - key: makes the tags of ids.
    ///   - options: what is wanted.
    ///   - progress: is told how many exchanges of how many are done.
    ///   - notice: takes a line about each exchange that is left out, as a part of it is damaged, and each such body.
    package init(
        source: any ExchangeSource,
        key: MaskingKey,
        options: Options = Options(),
        progress: @escaping (_ done: Int, _ all: Int) -> Void = { _, _ in },
        notice: @escaping (String) -> Void = { _ in }
    ) {
        self.notice = notice
        self.source = source
        self.options = options
        self.progress = progress
        rules = ExportRules(
            masker: Masker(key: key),
            keepsIdentities: options.keepsIdentities,
            remasks: options.remasks
        )
    }

    /// Writes the bundles.
    ///
    /// - Parameters:
    ///   - rows: the exchanges, in order of their start, then number.
    ///   - path: the file; parts of it are called `NAME-1.zip`, `NAME-2.zip` and so on.
    ///   - created: the instant that the manifests name.
    /// - Returns: how it ended.
    /// - Throws: `StoreError` when something can't be read or written, or a file is there already.
    package func run(_ rows: [ExchangeSummary], to path: String, created: Timestamp) throws -> Outcome {
        guard BundleContainer(path: path) != nil else {
            throw StoreError(
                .unsupported,
                "\(path) does not say which kind of archive it is: let it end in \(BundleContainer.endings)"
            )
        }
        try refuseExisting(path)
        let missing = try missing(around: rows)
        var rules = rules
        for row in rows { rules.identities.share(user: row.user) }
        var drafts: [Part] = []
        defer { for draft in drafts { unlink(draft.path) } }
        var damage: StoreError?
        var told: Set<String> = []
        var waiting = [rows[...]]
        while let next = waiting.popLast() {
            let draft = Self.draft(of: path, number: drafts.count + 1)
            var written = Part(path: draft, exchanges: next.count, bytes: 0)
            let found = try write(next, rules, to: draft, drafts.isEmpty ? missing : [], created)
            // What is written again in parts is told once.
            for line in found.notices where told.insert(line).inserted { notice(line) }
            guard found.count == 0 else { return .refused(found.places, count: found.count) }
            guard found.exchanges > 0 else {
                unlink(draft)
                damage = found.damage
                continue
            }
            written.exchanges = found.exchanges
            written.bytes = try Self.length(of: draft)
            guard let limit = options.maximumSize, written.bytes > limit else {
                drafts.append(written)
                continue
            }
            unlink(draft)
            guard next.count > 1 else {
                let number = next.first?.number ?? 0
                return .tooLarge(ExchangeAddress(exchange: number), bytes: written.bytes)
            }
            let middle = next.startIndex + next.count / 2
            waiting.append(next[middle...])
            waiting.append(next[..<middle])
        }
        // Nothing is left that could leave.
        if drafts.isEmpty, let damage { throw damage }
        return .written(try place(&drafts, path))
    }

    /// Gives the drafts their names, all or none.
    ///
    /// Files that were replaced are gone even then, and parts of an older export with higher numbers stay.
    private func place(_ drafts: inout [Part], _ path: String) throws(StoreError) -> [Part] {
        var parts = drafts
        for index in parts.indices where parts.count > 1 {
            parts[index].path = Self.name(ofPart: index + 1, of: path)
            try refuseExisting(parts[index].path)
        }
        if parts.count == 1 { parts[0].path = path }
        for (index, part) in parts.enumerated() {
            guard rename(drafts[index].path, part.path) == 0 else {
                let reason = String(cString: strerror(errno))
                for placed in parts[..<index] { unlink(placed.path) }
                throw StoreError(.io, "cannot make \(part.path): \(reason)")
            }
        }
        drafts = []
        Self.sync(folderOf: path)
        return parts
    }

    /// Writes one bundle, unless the detectors find something; then it only goes on looking.
    private func write(
        _ rows: ArraySlice<ExchangeSummary>,
        _ rules: ExportRules,
        to path: String,
        _ missing: [BundleManifest.Missing],
        _ created: Timestamp
    ) throws -> Written {
        var bundle = BundleBuilder.Options()
        bundle.missing = missing
        bundle.identities = options.keepsIdentities ? .kept : .tagged
        bundle.isRescanned = true
        let builder = try BundleBuilder(path: path, options: bundle, report: IncidentReport())
        var written = Written()
        for (done, row) in rows.enumerated() {
            progress(done, rows.count)
            do {
                var rewrite = ExchangeRewrite(try source.recorded(row), rules)
                let leaving = try rewrite.run()
                if options.remasks || (rewrite.places.isEmpty && written.count == 0) {
                    try builder.add(leaving)
                    written.exchanges += 1
                    written.notices += rewrite.notices
                } else {
                    written.count += rewrite.places.count
                    written.places += rewrite.places.prefix(Self.placeLimit - written.places.count)
                }
            } catch let error as StoreError where error.code == .corrupt || error.code == .notFound {
                // One that is damaged must not keep the others.
                written.damage = error
                written.notices.append("x\(row.number) is left out: \(error.message)")
                let (from, until) = (row.startedAt, row.startedAt)
                builder.note(BundleManifest.Missing(reason: "damaged", exchanges: 1, from: from, until: until))
            }
        }
        if written.count == 0 { try builder.finish(created: created) }
        return written
    }

    /// Notes about what was lost in the time of the exchanges, or at an unknown time.
    private func missing(around rows: [ExchangeSummary]) throws -> [BundleManifest.Missing] {
        guard let first = rows.first?.startedAt, let last = rows.last?.startedAt else { return [] }
        return try source.missing().filter { $0.from ?? first <= last && $0.until ?? last >= first }
            .map(rules.masked)
    }

    // MARK: - Files

    private func refuseExisting(_ path: String) throws(StoreError) {
        guard !options.overwrites, access(path, F_OK) == 0 else { return }
        throw StoreError(.refused, "\(path) is there already: choose another name, or replace it with --force")
    }

    /// Brings new names to the disk.
    private static func sync(folderOf path: String) {
        let folder = split(path).folder
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func length(of path: String) throws(StoreError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw StoreError(.io, "cannot examine \(path): \(String(cString: strerror(errno)))")
        }
        return Int(status.st_size)
    }

    /// A name beside the file that says the same container.
    private static func draft(of path: String, number: Int) -> String {
        let (folder, stem, ending) = split(path)
        return "\(folder).\(stem).\(getpid()).\(number)\(ending)"
    }

    /// `incident.zip` is split into `incident-1.zip`, `incident-2.zip` and so on.
    static func name(ofPart number: Int, of path: String) -> String {
        let (folder, stem, ending) = split(path)
        return "\(folder)\(stem)-\(number)\(ending)"
    }

    private static func split(_ path: String) -> (folder: String, stem: String, ending: String) {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = path[slash...]
        let ending = BundleContainer.allCases.map(\.rawValue) + [".tar.gz"]
        let length = ending.first { name.lowercased().hasSuffix($0) }?.utf8.count ?? 0
        return (String(path[..<slash]), String(name.dropLast(length)), String(name.suffix(length)))
    }
}
