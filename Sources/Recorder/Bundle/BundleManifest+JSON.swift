extension BundleManifest {
    /// The manifest as it stands in a bundle, a member a line.
    ///
    /// - Parameter order: the names of all other members, in the order of the archive.
    /// - Returns: the bytes of the member.
    func json(order: [String]) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.member("format", format)
            $0.member("tool", tool)
            $0.member("created", created)
            $0.member("counts") {
                $0.object {
                    $0.member("exchanges", exchanges)
                    $0.member("attempts", attempts ?? 0)
                    $0.member("pieces", pieces ?? 0)
                    $0.member("piece_bytes", pieceBytes ?? 0)
                }
            }
            $0.member("last_number", Int(clamping: lastNumber ?? 0))
            $0.member("from", from)
            $0.member("until", until)
            $0.member("completeness") {
                $0.object {
                    $0.member("complete", isComplete)
                    $0.member("missing") { $0.array { json in missing.forEach { Self.write($0, into: &json) } } }
                    $0.member("omitted_bodies") {
                        $0.object { json in
                            for (reason, count) in omittedBodies.sorted(by: { $0.key < $1.key }) {
                                json.member(reason, count)
                            }
                        }
                    }
                }
            }
            $0.member("masking") {
                $0.object {
                    $0.member("rules") {
                        $0.array { json in maskingRules.forEach { rule in json.element { $0.string(rule) } } }
                    }
                    $0.member("ids", identities.rawValue)
                    $0.member("rescanned", isRescanned)
                }
            }
            $0.member("members") {
                $0.object { json in
                    for name in order { json.member(name, members[name]?.description) }
                }
            }
        }
        json.endLine()
        return json.bytes
    }

    private static func write(_ missing: Missing, into json: inout JSONWriter) {
        json.element {
            $0.object {
                $0.member("reason", missing.reason)
                $0.member("exchanges", missing.exchanges)
                $0.member("from", missing.from)
                $0.member("until", missing.until)
            }
        }
    }

    /// Reads a manifest.
    ///
    /// - Throws: `StoreError` with code `unsupported` for a newer format, `corrupt` for what is no manifest.
    init(json bytes: [UInt8], path: String) throws(StoreError) {
        var problem: StoreError?
        let manifest = JSONValue.read(bytes) { root -> BundleManifest? in
            let members = root.members
            guard let format = members["format"]?.int else { return nil }
            guard format <= BundleFormat.version else {
                problem = StoreError(
                    .unsupported,
                    "\(path) has bundle format \(format), this program (\(ToolVersion.current)) reads up to "
                        + "\(BundleFormat.version): update it"
                )
                return nil
            }
            return BundleManifest(members, format)
        }
        if let problem { throw problem }
        guard let manifest else { throw StoreError(.corrupt, "\(path): \(BundleFormat.manifest) is no manifest") }
        self = manifest
    }

    private init?(_ root: [String: JSONValue], _ format: Int) {
        guard format >= 1, let exchanges = root["counts"]?["exchanges"]?.int, exchanges >= 0,
            let list = root["members"], list.kind == .object
        else { return nil }
        self.init(created: root["created"]?.timestamp ?? Timestamp(microseconds: 0))
        self.format = format
        self.exchanges = exchanges
        tool = root["tool"]?.string ?? "unknown"
        let counts = root["counts"]?.members ?? [:]
        attempts = counts["attempts"]?.int
        pieces = counts["pieces"]?.int
        pieceBytes = counts["piece_bytes"]?.int
        lastNumber = root["last_number"]?.int.map { UInt64(max(0, $0)) }
        from = root["from"]?.timestamp
        until = root["until"]?.timestamp
        root["completeness"]?["missing"]?.forEachElement { element in
            let note = element.members
            missing.append(
                Missing(
                    reason: note["reason"]?.string ?? "unknown",
                    exchanges: note["exchanges"]?.int ?? 0,
                    from: note["from"]?.timestamp,
                    until: note["until"]?.timestamp
                )
            )
            return true
        }
        root["completeness"]?["omitted_bodies"]?.forEachMember { reason, count in
            omittedBodies[reason.string ?? "unknown"] = count.int ?? 0
            return true
        }
        if let rules = root["masking"]?["rules"] {
            maskingRules = []
            rules.forEachElement {
                if let rule = $0.string { maskingRules.append(rule) }
                return true
            }
        }
        identities = Identities(rawValue: root["masking"]?["ids"]?.string ?? "") ?? .kept
        isRescanned = root["masking"]?["rescanned"]?.bool ?? false
        var isSound = true
        list.forEachMember { name, value in
            guard let name = name.string, let text = value.string, let digest = Digest(name: text) else {
                isSound = false
                return false
            }
            members[name] = digest
            return true
        }
        guard isSound else { return nil }
    }
}

extension JSONValue {
    /// The members of an object by name, the last one of each; empty for any other value.
    ///
    /// One walk for many look-ups.
    package var members: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        forEachMember { name, value in
            if let name = name.string { members[name] = value }
            return true
        }
        return members
    }

    /// The instant of a text in RFC 3339.
    package var timestamp: Timestamp? { string.flatMap { Timestamp(rfc3339: $0) } }
}
