import Recorder

/// `SUMMARY.md`: what is in a bundle and how to read on, on one screen.
struct ReportSummary {
    let manifest: BundleManifest
    let facts: ReportFacts
    let entries: [ReportEntry]

    private static let firstErrors = 20

    var text: String {
        var lines = ["# Recorded LLM traffic", ""]
        lines.append(
            "\(facts.exchanges) exchanges, \(facts.errorCount) of them errors, with \(facts.attempts) attempts at an "
                + "upstream. \(ReportText.span(manifest))."
        )
        lines += [
            "", "Secrets are replaced by `***masked:<kind>:<tag>***`; equal tags stand for equal secrets.",
            manifest.identities == .tagged
                ? "Ids of users, accounts and devices are tags as well."
                : "Ids of users, accounts and devices are as recorded: think before you share this.",
        ]
        if !facts.errors.isEmpty {
            lines += table("Errors", "type", facts.errors)
            lines += firstErrors
        }
        lines += table("Status", "status", facts.statuses) + table("Attempts", "kind", facts.kinds)
        lines += ["", "## Environment", ""]
        for fact in facts.environment(manifest) { lines.append("- \(fact.name): \(ReportText.markdown(fact.value))") }
        let gaps = facts.gaps(manifest)
        lines += ["", "## Completeness", ""]
        lines += gaps.isEmpty ? ["Nothing is missing."] : gaps.map { "- \(ReportText.markdown($0))" }
        lines += [
            "", "## How to read it", "", "`report.html` shows every attempt on a time line; it opens in any browser.",
            "With Tapedeck, `FILE` being the bundle as it was given to you:", "", "```",
            "inspector logs FILE              # list the exchanges",
            "inspector show x1 FILE           # one of them, by its address",
            "inspector audit FILE             # what is in it, before sharing it further",
            "inspector unpack FILE -o DIR     # plain files",
            "replayer serve FILE              # an upstream that answers as recorded", "```", "",
        ]
        return lines.joined(separator: "\n")
    }

    private func table(_ title: String, _ column: String, _ counts: NameCounts) -> [String] {
        guard !counts.isEmpty else { return [] }
        var lines = ["", "## \(title)", "", "| \(column) | count |", "|---|---:|"]
        let rows = counts.sorted
        for row in rows.prefix(20) { lines.append("| \(ReportText.markdown(row.name)) | \(row.count) |") }
        if rows.count > 20 {
            lines.append("| others | \(rows.dropFirst(20).reduce(counts.others) { $0.adding(saturating: $1.count) }) |")
        }
        return lines
    }

    private var firstErrors: [String] {
        var lines = ["", "The first errors:", ""]
        for entry in entries.lazy.filter({ $0.summary.isError }).prefix(Self.firstErrors) {
            let summary = entry.summary
            let facts = [
                summary.status.map { "status \($0)" }, summary.errorType,
                summary.ending == .complete ? nil : summary.ending.rawValue, summary.model,
                summary.attempts == 1 ? nil : "\(summary.attempts) attempts", entry.tries.last?.failure,
            ]
            lines.append(
                "- \(ReportText.address(summary)) at \(ReportText.seconds(summary.startedAt)): "
                    + ReportText.markdown(facts.compactMap { $0 }.joined(separator: ", "))
            )
        }
        return lines
    }
}
