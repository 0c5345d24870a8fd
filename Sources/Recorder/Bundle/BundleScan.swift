import Crypto

/// Reads a bundle's archive from front to end into a spool, and trusts none of it.
///
/// Refused with an error: links, devices, names that lead elsewhere, members that come twice, more than the limits
/// allow, newer formats. Noted as a fault: hashes, counts and references that are wrong, and an archive that ends early.
struct BundleScan: ~Copyable {
    /// A line of `exchanges.ndjson`.
    struct Line {
        /// Where it lies in the member, without its end.
        var range: Range<Int>
        /// Its row.
        var summary: ExchangeSummary
    }

    let path: String
    private let limits: BundleLimits
    private var archive: ArchiveReader
    private var spool: Spool
    private var buffer = [UInt8](repeating: 0, count: 1 << 17)
    private var total = 0
    private var memberCount = 0

    private(set) var manifest: BundleManifest?
    private(set) var lines: [Line] = []
    /// Lines that are no exchange.
    private(set) var badLines = 0
    /// Where `exchanges.ndjson` begins in the spool.
    private(set) var lineStart = 0
    private(set) var pieces: [Digest: Range<Int>] = [:]
    /// What is wrong, as far as `faultLimit`.
    private(set) var faults: [String] = []
    private var faultCount = 0
    /// Whether the archive ended before all members that the manifest names.
    private(set) var isCutOff = false
    private var others: [String: Digest] = [:]
    private var damaged: Set<Digest> = []
    private var hasExchanges = false
    /// Whether everything was read, so that what is not there is missing.
    private var isComplete = false
    private var ids: Set<ExchangeID> = []

    init(path: String, limits: BundleLimits) throws(StoreError) {
        let archive = try ArchiveReader(path: path)
        let spool = try Spool(in: Spool.temporaryDirectory)
        self.path = path
        self.limits = limits
        self.archive = archive
        self.spool = spool
    }

    /// Reads everything, or as far as the rows.
    mutating func run(_ contents: BundleFile.Contents) throws(StoreError) {
        var failure: StoreError?
        do throws(StoreError) {
            while let member = try archive.next() {
                try take(member)
                if contents == .rows, hasExchanges, manifest != nil { break }
                if contents == .manifest, manifest != nil { break }
            }
        } catch {
            guard error.code == .corrupt else { throw error }
            failure = error
        }
        guard manifest != nil || hasExchanges else {
            throw failure
                ?? StoreError(
                    .corrupt,
                    "\(path) is no bundle: it has neither \(BundleFormat.manifest) nor \(BundleFormat.exchanges)"
                )
        }
        try spool.flush()
        if let failure {
            isCutOff = true
            // Whoever shows a fault names the file.
            let message = failure.message
            note(message.hasPrefix(path + " ") ? "it" + message.dropFirst(path.count) : message)
        }
        isComplete = contents == .everything
        if isComplete {
            check()
            if !isCutOff, let fault = try ZipDirectory.fault(path: path) { note(fault) }
        }
    }

    /// Why the exchange of a line is not whole: a piece that is missing or damaged, or a body of another length.
    func firstGap(in line: Line) -> String? {
        guard isComplete else { return nil }
        let start = lineStart + line.range.lowerBound
        guard let bytes = try? spool.read(start..<(start + line.range.count)),
            let exchange = try? ExchangeLine().read(bytes).exchange
        else { return "x\(line.summary.number) can't be read again" }
        for (place, body) in exchange.namedBodies where body.omitted == nil {
            if let name = body.names.first(where: { pieces[$0] == nil }) {
                return "x\(exchange.number) lacks piece \(name), and perhaps more"
            }
            let length = body.names.reduce(0) { $0 + (pieces[$1]?.count ?? 0) }
            guard length == body.storedLength else {
                return "\(place): its pieces have \(length) bytes, its line says \(body.storedLength)"
            }
        }
        return nil
    }

    consuming func takeSpool() -> Spool { spool }

    // MARK: - Members

    private mutating func take(_ member: ArchiveReader.Member) throws(StoreError) {
        memberCount += 1
        guard memberCount <= limits.members else { throw refused("it has more than \(limits.members) members") }
        let name = try safeName(member)
        if member.kind == .directory { return }
        guard member.kind == .file else { throw refused("'\(printable(name))' is a link or a device") }
        if let piece = BundleFormat.piece(ofMember: name) {
            guard pieces[piece] == nil, !damaged.contains(piece) else { throw twice(name) }
            try takePiece(piece, name)
            return
        }
        guard others[name] == nil, !(name == BundleFormat.manifest && manifest != nil),
            !(name == BundleFormat.exchanges && hasExchanges)
        else { throw twice(name) }
        switch name {
        case BundleFormat.manifest:
            var bytes: [UInt8] = []
            _ = try readMember(name, limit: limits.manifestBytes) { bytes.append(contentsOf: $0) }
            manifest = try BundleManifest(json: bytes, path: path)
        case BundleFormat.exchanges: try takeExchanges()
        default: others[name] = try readMember(name, limit: limits.memberBytes) { _ in }
        }
    }

    /// The member's name without `./` in front.
    private func safeName(_ member: ArchiveReader.Member) throws(StoreError) -> String {
        var name = member.name[...]
        while name.hasPrefix("./") { name = name.dropFirst(2) }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.hasPrefix("/"), !parts.contains(".."), !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x5C }),
            name.utf8.count <= 1024
        else { throw refused("the member '\(printable(member.name))' would lead out of it") }
        return String(name)
    }

    private mutating func takePiece(_ piece: Digest, _ name: String) throws(StoreError) {
        let start = spool.length
        var sink = spool.length
        let digest = try spoolMember(name, limit: limits.memberBytes, into: &sink)
        guard digest == piece else {
            damaged.insert(piece)
            note("\(name) does not have the content that its name says")
            return
        }
        pieces[piece] = start..<sink
    }

    private mutating func takeExchanges() throws(StoreError) {
        hasExchanges = true
        lineStart = spool.length
        var pending: [UInt8] = []
        var position = 0
        var hash = SHA256()
        let limit = limits.totalBytes
        var read = 0
        while true {
            let count = try readPart()
            if count == 0 { break }
            read += count
            guard read <= limit else { throw refused("\(BundleFormat.exchanges) is longer than \(limit) bytes") }
            let part = buffer[..<count]
            hash.update(data: part)
            try spool.append(part)
            var start = part.startIndex
            while let end = part[start...].firstIndex(of: UInt8(ascii: "\n")) {
                pending.append(contentsOf: part[start..<end])
                try take(line: pending, at: position)
                position += pending.count + 1
                pending.removeAll(keepingCapacity: true)
                start = end + 1
            }
            pending.append(contentsOf: part[start...])
            guard pending.count <= limits.lineBytes else {
                throw refused("a line of \(BundleFormat.exchanges) is longer than \(limits.lineBytes) bytes")
            }
        }
        if !pending.isEmpty { try take(line: pending, at: position) }
        others[BundleFormat.exchanges] = Digest(hash.finalize())
    }

    private mutating func take(line bytes: [UInt8], at position: Int) throws(StoreError) {
        guard !bytes.isEmpty else { return }
        let number = lines.count + badLines + 1
        guard number <= limits.lines else {
            throw refused("\(BundleFormat.exchanges) has more than \(limits.lines) lines")
        }
        do throws(StoreError) {
            let (exchange, summary) = try ExchangeLine().read(bytes)
            if ids.insert(exchange.id).inserted {
                lines.append(Line(range: position..<(position + bytes.count), summary: summary))
            } else {
                badLines += 1
                note("line \(number) of \(BundleFormat.exchanges) has the id of an earlier one")
            }
        } catch {
            badLines += 1
            note("line \(number) of \(BundleFormat.exchanges): \(error.message)")
        }
    }

    // MARK: - Bytes

    private mutating func readPart() throws(StoreError) -> Int {
        var fault: StoreError?
        let count = buffer.withUnsafeMutableBytes { bytes in
            do throws(StoreError) {
                return try archive.read(into: bytes)
            } catch {
                fault = error
                return 0
            }
        }
        if let fault { throw fault }
        total += count
        guard total <= limits.totalBytes else { throw refused("it unpacks to more than \(limits.totalBytes) bytes") }
        if total > limits.ratioFrom, total / max(1, archive.compressedBytes) > limits.ratio {
            throw refused("it unpacks to more than \(limits.ratio) times its size")
        }
        return count
    }

    private mutating func readMember(
        _ name: String,
        limit: Int,
        _ body: (ArraySlice<UInt8>) -> Void
    ) throws(StoreError) -> Digest {
        var hash = SHA256()
        var length = 0
        while true {
            let count = try readPart()
            if count == 0 { return Digest(hash.finalize()) }
            length += count
            guard length <= limit else { throw refused("'\(printable(name))' is longer than \(limit) bytes") }
            hash.update(data: buffer[..<count])
            body(buffer[..<count])
        }
    }

    private mutating func spoolMember(_ name: String, limit: Int, into end: inout Int) throws(StoreError) -> Digest {
        var hash = SHA256()
        var length = 0
        while true {
            let count = try readPart()
            if count == 0 { return Digest(hash.finalize()) }
            length += count
            guard length <= limit else { throw refused("'\(printable(name))' is longer than \(limit) bytes") }
            hash.update(data: buffer[..<count])
            try spool.append(buffer[..<count])
            end = spool.length
        }
    }

    // MARK: - The whole

    /// Compares what came with what the manifest says.
    private mutating func check() {
        guard let manifest else {
            note("there is no \(BundleFormat.manifest)")
            return
        }
        var missing: [String] = []
        for (name, digest) in manifest.members {
            if let piece = BundleFormat.piece(ofMember: name) {
                if pieces[piece] == nil, !damaged.contains(piece) { missing.append(name) }
                if piece != digest { note("the manifest gives \(name) another hash than its name") }
            } else if let found = others[name] {
                if found != digest {
                    note("\(printable(name)) does not have the hash that the manifest gives")
                }
            } else {
                missing.append(name)
            }
        }
        for name in missing.sorted().prefix(3) { note("\(printable(name)) is missing") }
        if missing.count > 3 { note("\(missing.count - 3) more members are missing") }
        // The end of a tar archive that was cut between two members looks like its end.
        if !missing.isEmpty { isCutOff = true }
        for name in others.keys.sorted() where manifest.members[name] == nil {
            note("the manifest does not name \(printable(name))")
        }
        let strangers = pieces.keys.count { manifest.members[BundleFormat.member(of: $0)] == nil }
        if strangers > 0 { note("the manifest does not name \(strangers) pieces that are there") }
        if lines.count + badLines != manifest.exchanges {
            note("the manifest counts \(manifest.exchanges) exchanges, there are \(lines.count + badLines)")
        }
    }

    /// More lines than anybody reads; the rest is counted.
    static let faultLimit = 1000

    private mutating func note(_ fault: String) {
        faultCount += 1
        if faultCount <= Self.faultLimit { faults.append(fault) }
    }

    /// How many more things are wrong than `faults` tells.
    var furtherFaults: Int { max(0, faultCount - Self.faultLimit) }

    private func printable(_ name: String) -> String {
        PrintableText.of(String(name.prefix(120)))
    }

    private func twice(_ name: String) -> StoreError {
        refused("the member '\(printable(name))' comes twice")
    }

    private func refused(_ reason: String) -> StoreError {
        StoreError(.refused, "\(path) is refused: \(reason)")
    }
}
