package import Recorder

/// The pages of a bundle for people without the tool: `SUMMARY.md` and `report.html`.
///
/// Memory is bounded: details of `detailLimit` exchanges, errors first, and of each error body the first bytes; what
/// is counted by name has a cap.
package struct IncidentReport: BundleReport {
    /// Exchanges that are shown in detail.
    static let detailLimit = 300
    /// Bytes of an error body that are shown.
    static let bodyLimit = 2000

    private var facts = ReportFacts()
    private var errors: [ReportEntry] = []
    private var others: [ReportEntry] = []

    /// Begins a report of nothing.
    package init() {}

    package mutating func add(_ recorded: RecordedExchange) {
        facts.add(recorded)
        let isError = recorded.summary.isError || recorded.exchange.attempts.count > 1
        if isError, errors.count < Self.detailLimit {
            errors.append(ReportEntry(recorded))
        } else if !isError, errors.count + others.count < Self.detailLimit {
            others.append(ReportEntry(recorded))
        }
    }

    package func members(_ manifest: BundleManifest) -> [(name: String, content: [UInt8])] {
        let shown = (errors + others.prefix(Self.detailLimit - errors.count)).sorted {
            ($0.summary.startedAt, $0.summary.number) < ($1.summary.startedAt, $1.summary.number)
        }
        let summary = ReportSummary(manifest: manifest, facts: facts, entries: shown)
        let page = ReportPage(manifest: manifest, facts: facts, entries: shown)
        return [("SUMMARY.md", Array(summary.text.utf8)), ("report.html", Array(page.text.utf8))]
    }
}
