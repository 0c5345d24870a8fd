package import Recorder

extension BundleAudit {
    private var tables: [(key: String, title: String, counts: NameCounts)] {
        [
            ("statuses", "status", statuses), ("models", "models", models),
            ("endpoints", "methods and paths", endpoints), ("hosts", "hosts", hosts), ("targets", "targets", targets),
            ("accounts", "accounts", accounts), ("users", "users", users), ("sessions", "sessions", sessions),
            ("client_keys", "client keys", clientKeys), ("clients", "clients", clients),
            ("request_headers", "request headers", requestHeaders),
            ("response_headers", "response headers", responseHeaders),
            ("masked", "masked, by kind", placeholders), ("omitted_bodies", "bodies not stored", omitted),
            ("missing", "exchanges not recorded", missing),
        ]
    }

    /// The audit for people.
    ///
    /// - Parameter manifests: what the bundles say about themselves; empty for a store.
    /// - Returns: lines without their ends.
    package func lines(_ manifests: [BundleManifest]) -> [String] {
        var lines = ["\(exchanges) exchanges, \(errorCount) errors, \(attempts) attempts"]
        if let from, let until {
            lines.append("from \(from)")
            lines.append("to   \(until)")
        }
        lines.append(
            "\(Decimals.bytes(requestBytes)) of requests and \(Decimals.bytes(responseBytes)) of answers on the wire, "
                + "\(Decimals.bytes(storedBytes)) stored in \(pieces.count) pieces"
        )
        for manifest in manifests {
            lines.append(
                "written by \(Self.printable(manifest.tool)): ids "
                    + (manifest.identities == .tagged ? "are tags" : "are as recorded") + ", detectors "
                    + (manifest.isRescanned ? "ran again over everything" : "ran when it was recorded")
            )
        }
        for table in tables where !table.counts.isEmpty {
            lines += ["", "\(table.title):"]
            let rows = table.counts.sorted
            let width = String(rows.first?.count ?? 0).utf8.count
            for row in rows {
                let digits = String(row.count)
                let indent = String(repeating: " ", count: 2 + width - digits.utf8.count)
                lines.append(indent + digits + "  " + Self.printable(row.name))
            }
            if table.counts.others > 0 { lines.append("  and \(table.counts.others) under other names") }
        }
        if !samples.isEmpty { lines += ["", "samples of text:"] }
        for sample in samples { lines.append("  \(sample.address) \(sample.side): \(Self.printable(sample.text))") }
        return lines
    }

    /// Writes the audit as one object on a line.
    package func write(_ manifests: [BundleManifest], into json: inout JSONWriter) {
        json.object {
            $0.member("exchanges", exchanges)
            $0.member("errors", errorCount)
            $0.member("attempts", attempts)
            $0.member("from", from)
            $0.member("until", until)
            $0.member("request_bytes", requestBytes)
            $0.member("response_bytes", responseBytes)
            $0.member("pieces", pieces.count)
            $0.member("stored_bytes", storedBytes)
            $0.member("bundles") {
                $0.array { json in
                    for manifest in manifests {
                        json.element {
                            $0.object {
                                $0.member("tool", manifest.tool)
                                $0.member("created", manifest.created)
                                $0.member("ids", manifest.identities.rawValue)
                                $0.member("rescanned", manifest.isRescanned)
                            }
                        }
                    }
                }
            }
            for table in tables {
                $0.member(table.key) {
                    $0.object { json in
                        for row in table.counts.sorted { json.member(row.name, row.count) }
                    }
                }
            }
            $0.member("samples") {
                $0.array { json in
                    for sample in samples {
                        json.element {
                            $0.object {
                                $0.member("address", sample.address.description)
                                $0.member("side", sample.side)
                                $0.member("text", sample.text)
                            }
                        }
                    }
                }
            }
        }
        json.endLine()
    }

    /// A text from a stranger for a terminal, on one line.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: " "
                    default: scalar
                    }
                }
            )
        )
    }
}
