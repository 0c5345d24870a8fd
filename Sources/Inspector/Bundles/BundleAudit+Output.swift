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
            ("missing", "exchanges not recorded", missing), ("members", "bytes of other members", members),
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
                + "\(Decimals.bytes(storedBytes)) stored in \(pieces.count - strayPieces) pieces"
        )
        if strayPieces > 0 {
            lines.append("\(strayPieces) pieces of no exchange, \(Decimals.bytes(strayBytes))")
        }
        for manifest in manifests {
            lines.append(
                "written by \(TextStyle.printable(manifest.tool)): ids "
                    + (manifest.identities == .tagged ? "are tags" : "are as recorded") + ", detectors "
                    + (manifest.isRescanned ? "ran again over everything" : "ran when it was recorded")
            )
        }
        for table in tables where !table.counts.isEmpty {
            lines += ["", "\(table.title):"]
            let rows = table.counts.sorted
            let width = rows.map { String($0.count).utf8.count }.max() ?? 0
            for row in rows {
                let digits = String(row.count)
                let indent = String(repeating: " ", count: 2 + width - digits.utf8.count)
                lines.append(indent + digits + "  " + TextStyle.printable(row.name))
            }
            if table.counts.others != 0 { lines.append("  and \(table.counts.others) under other names") }
        }
        if !samples.isEmpty { lines += ["", "samples of text:"] }
        for sample in samples {
            let line = sample.text.split(whereSeparator: \.isNewline).joined(separator: " ")
            lines.append("  \(sample.address) \(sample.side): \(TextStyle.printable(line))")
        }
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
            $0.member("pieces", pieces.count - strayPieces)
            $0.member("stored_bytes", storedBytes)
            $0.member("stray_pieces", strayPieces)
            $0.member("stray_bytes", strayBytes)
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
            // Of the names that a table has no room for.
            $0.member("others") {
                $0.object { json in
                    for table in tables where table.counts.others != 0 { json.member(table.key, table.counts.others) }
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
}
