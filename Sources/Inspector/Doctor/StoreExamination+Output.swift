package import Recorder

extension StoreExamination {
    /// The lines of the report for people.
    package func lines(zone: LocalZone, style: TextStyle) -> [String] {
        let key = maskingKeyMode.map { "present, mode \(String($0, radix: 8))" } ?? "none"
        let facts: [(String, String)] = [
            ("tapedeck", ToolVersion.current),
            (
                "libraries",
                "SQLite \(LibraryVersions.sqlite ?? "?"), zlib \(LibraryVersions.zlib), \(LibraryVersions.archive)"
            ),
            ("store", home),
            ("recording", isRecording ? "yes, a proxy holds the lock" : "no"),
            ("masking key", key),
            ("segments", "\(segments), \(Decimals.bytes(segmentBytes))"),
            ("bundles", "\(bundles), \(Decimals.bytes(bundleBytes))"),
            ("catalog", Decimals.bytes(catalogBytes)),
            (
                "exchanges",
                "\(sealedExchanges) in bundles, \(liveExchanges) live, \(notIndexed) of them not in the catalog yet"
            ),
        ]
        var lines = facts.map { name, value in
            style.dim(name + String(repeating: " ", count: 13 - name.count)) + TextStyle.printable(value)
        }
        if let first = deletions.first, let last = deletions.last {
            let exchanges = deletions.reduce(0) { $0.adding(saturating: $1.exchanges) }
            let bytes = deletions.reduce(0) { $0.adding(saturating: $1.bytes) }
            lines.append(
                style.dim("deleted      ")
                    + "\(exchanges) \(exchanges == 1 ? "exchange" : "exchanges") in \(deletions.count) "
                    + "\(deletions.count == 1 ? "bundle" : "bundles"), "
                    + "\(Decimals.bytes(bytes)), by retention, \(zone.text(first.deleted)) to \(zone.text(last.deleted))"
            )
        }
        for path in keptDamaged {
            lines.append(
                style.yellow("kept         ") + TextStyle.printable("\(path): damaged, sealed as far as it can be read")
            )
        }
        for gap in gaps {
            lines.append(
                style.yellow("not recorded ") + "\(gap.exchanges) exchanges: "
                    + TextStyle.printable(gap.reason) + ", \(zone.text(gap.from)) to \(zone.text(gap.until))"
            )
        }
        let problems = problems
        lines.append("")
        lines += problems.map { style.red("wrong: ") + TextStyle.printable($0) }
        if problems.isEmpty { lines.append(style.green("healthy")) }
        return lines
    }

    /// Writes the report as one JSON object, with the end of the line.
    package func write(into json: inout JSONWriter) {
        json.object {
            $0.member("healthy", problems.isEmpty)
            $0.member("version", ToolVersion.current)
            $0.member("sqlite", LibraryVersions.sqlite)
            $0.member("zlib", LibraryVersions.zlib)
            $0.member("libarchive", LibraryVersions.archive)
            $0.member("home", home)
            $0.member("recording", isRecording)
            $0.member("masking_key") {
                $0.object {
                    $0.member("present", maskingKeyMode != nil)
                    $0.member("mode", maskingKeyMode.map { "0" + String($0, radix: 8) })
                }
            }
            $0.member("segments", segments)
            $0.member("segment_bytes", segmentBytes)
            $0.member("bundles", bundles)
            $0.member("bundle_bytes", bundleBytes)
            $0.member("catalog_bytes", catalogBytes)
            $0.member("exchanges") {
                $0.object {
                    $0.member("sealed", sealedExchanges)
                    $0.member("live", liveExchanges)
                    $0.member("indexed", indexedExchanges)
                    $0.member("not_indexed", notIndexed)
                }
            }
            $0.member("deleted") {
                $0.object {
                    $0.member("bundles", deletions.count)
                    $0.member("exchanges", deletions.reduce(0) { $0.adding(saturating: $1.exchanges) })
                    $0.member("bytes", deletions.reduce(0) { $0.adding(saturating: $1.bytes) })
                }
            }
            $0.member("damaged") { $0.array { json in damage.forEach { write($0, into: &json) } } }
            $0.member("kept_damaged") {
                $0.array { json in keptDamaged.forEach { path in json.element { $0.string(path) } } }
            }
            $0.member("skipped_frames", skippedFrames)
            $0.member("gaps") { $0.array { json in gaps.forEach { write($0, into: &json) } } }
            $0.member("problems") { $0.array { json in problems.forEach { text in json.element { $0.string(text) } } } }
        }
        json.endLine()
    }

    private func write(_ place: Damage, into json: inout JSONWriter) {
        json.element {
            $0.object {
                $0.member("segment", place.segment)
                $0.member("offset", place.offset)
                $0.member("bytes", place.bytes)
            }
        }
    }

    private func write(_ gap: GapCount, into json: inout JSONWriter) {
        json.element {
            $0.object {
                $0.member("reason", gap.reason)
                $0.member("gaps", gap.gaps)
                $0.member("exchanges", gap.exchanges)
                $0.member("from", gap.from)
                $0.member("until", gap.until)
            }
        }
    }
}
