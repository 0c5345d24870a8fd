import Recorder

/// `report.html`: one page that needs nothing else and runs no script.
struct ReportPage {
    let manifest: BundleManifest
    let facts: ReportFacts
    let entries: [ReportEntry]

    var text: String {
        var html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Recorded LLM traffic</title>
            <style>\(ReportStyle.css)</style></head><body><main>
            <h1>Recorded LLM traffic</h1>
            <p>\(ReportText.html(ReportText.span(manifest)))</p>
            <ul class="tiles">
            """
        html += tile(facts.exchanges, "exchanges") + tile(facts.errorCount, "errors", isBad: facts.errorCount > 0)
        html += tile(facts.attempts, "attempts") + "</ul>\n"
        html += section("Errors", facts.errors)
        html += environment
        html += "<section><h2>Exchanges</h2>\n"
        if entries.count < facts.exchanges {
            html += "<p>\(entries.count) of \(facts.exchanges) are shown, errors first; "
            html += "<code>inspector logs FILE</code> lists all.</p>\n"
        }
        html += legend
        for entry in entries { html += exchange(entry) }
        return html + "</section></main></body></html>\n"
    }

    private func tile(_ count: Int, _ name: String, isBad: Bool = false) -> String {
        "<li\(isBad ? " class=\"bad\"" : "")><b>\(count)</b> \(name)</li>"
    }

    private func section(_ title: String, _ counts: NameCounts) -> String {
        guard !counts.isEmpty else { return "" }
        let rows = counts.sorted.prefix(20).map {
            "<tr><td>\(ReportText.html($0.name))</td><td class=\"n\">\($0.count)</td></tr>"
        }
        return "<section><h2>\(title)</h2><table>\(rows.joined())</table></section>\n"
    }

    private var environment: String {
        var rows = facts.environment(manifest).map { fact in
            "<tr><th>\(ReportText.html(fact.name))</th><td>\(ReportText.html(fact.value))</td></tr>"
        }
        let gaps = facts.gaps(manifest)
        let missing = gaps.isEmpty ? "nothing" : gaps.joined(separator: "; ")
        rows.append("<tr><th>missing</th><td>\(ReportText.html(missing))</td></tr>")
        let ids = manifest.identities == .tagged ? "tags in the place of ids" : "as recorded"
        rows.append("<tr><th>users and devices</th><td>\(ids)</td></tr>")
        return "<section><h2>Environment</h2><table>\(rows.joined())</table></section>\n"
    }

    private var legend: String {
        """
        <p class="legend"><i class="ok"></i> answered <i class="limit"></i> limited or overloaded
        <i class="err"></i> failed <i class="off"></i> cancelled; a bar is one attempt, from the arrival of the request
        to the end of the exchange.</p>

        """
    }

    private func exchange(_ entry: ReportEntry) -> String {
        let summary = entry.summary
        let status = summary.status.map { String($0) } ?? "–"
        var html = "<details\(summary.isError ? " class=\"bad\"" : "")><summary>"
        html += "<span class=\"a\">\(ReportText.address(summary))</span>"
        html += "<span class=\"t\">\(ReportText.clock(summary.startedAt))</span>"
        html += "<span class=\"s\">\(status)</span>"
        html += "<span class=\"m\">\(ReportText.html(title(summary)))</span>"
        html += "<span class=\"d\">\(Decimals.duration(summary.duration))</span>"
        html += "<span class=\"line\">"
        for attempt in entry.tries { html += bar(attempt, summary.duration) }
        html += "</span></summary>\n<table>"
        for (index, attempt) in entry.tries.enumerated() {
            html += row("\(ReportText.address(summary)).\(index + 1)", attempt)
        }
        html += "</table>"
        if entry.tries.count < summary.attempts {
            html += "<p>\(summary.attempts - entry.tries.count) more attempts</p>"
        }
        if let decision = entry.decision { html += "<p>No further attempt: \(ReportText.html(decision))</p>" }
        if let body = entry.errorBody {
            html += "<p>What the client got:</p><pre>\(ReportText.html(body))</pre>"
        }
        return html + "</details>\n"
    }

    private func title(_ summary: ExchangeSummary) -> String {
        let parts = [
            "\(summary.method) \(summary.path.prefix(80))", summary.model, summary.errorType,
            summary.ending == .complete ? nil : summary.ending.rawValue,
        ]
        return parts.compactMap { $0 }.joined(separator: " · ")
    }

    /// A bar in thousandths of the exchange's time.
    private func bar(_ attempt: ReportEntry.Try, _ duration: Int64) -> String {
        let all = Double(max(1, duration))
        let start = min(992, max(0, (Double(attempt.startedAt) / all * 1000).rounded()))
        let width = min(1000 - start, max(8, (Double(length(attempt)) / all * 1000).rounded()))
        return "<i class=\"\(colour(attempt.kind))\" style=\"left:\(percent(start));width:\(percent(width))\"></i>"
    }

    private func length(_ attempt: ReportEntry.Try) -> Int64 {
        attempt.endedAt.subtracting(saturating: attempt.startedAt)
    }

    private func percent(_ thousandths: Double) -> String {
        let value = Int(thousandths)
        return "\(value / 10).\(value % 10)%"
    }

    private func colour(_ kind: AttemptKind) -> String {
        switch kind {
        case .success: "ok"
        case .accountQuota, .modelQuota, .throttle, .windowless, .spendCap, .rateLimitKey, .overloaded, .forced: "limit"
        case .clientCancelled: "off"
        case .entitlement, .serverError, .auth, .invalidRequest, .network, .timeout, .streamError: "err"
        }
    }

    private func row(_ address: String, _ attempt: ReportEntry.Try) -> String {
        let status = attempt.status.map { String($0) } ?? "–"
        let who = [attempt.target, attempt.account].compactMap { $0 }.joined(separator: " / ")
        let what = [attempt.kind.rawValue, attempt.errorType, attempt.failure].compactMap { $0 }.joined(separator: ", ")
        let span = "+\(Decimals.duration(attempt.startedAt)), \(Decimals.duration(length(attempt)))"
        var html = "<tr><th>\(address)</th><td>\(span)</td><td>\(status)</td><td>\(ReportText.html(who))</td>"
        html += "<td>\(ReportText.html(what))</td><td>\(ReportText.html(attempt.because))</td></tr>"
        if let body = attempt.errorBody {
            html += "<tr><td></td><td colspan=\"5\"><pre>\(ReportText.html(body))</pre></td></tr>"
        }
        return html
    }
}
