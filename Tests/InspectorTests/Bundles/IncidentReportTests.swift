import Foundation
import Inspector
import Recorder
import Testing

@Suite(.timeLimit(.minutes(5)))
struct IncidentReportTests {
    @Test("the page shows attempts and error bodies, escaped, and needs nothing from elsewhere")
    func thePageShowsAttemptsAndErrorBodies() async throws {
        var form = SampleExchange.failover(2)
        form.attempts[0].response?.body = .text(
            #"{"type":"error","error":{"type":"rate_limit_error","message":"<script>alert(1)</script>"}}"#
        )
        form.attempts[0].because = #"<img src="x" onerror='y'>"#
        let bench = try BundleBench([.success(1), form])
        _ = try bench.export("r.zip")
        let page = try await bench.shell("unzip -p r.zip report.html")
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(page.contains("&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;"))
        #expect(!page.contains("<script"))
        #expect(!page.contains("<img"))
        #expect(page.contains("default-src 'none'; style-src 'unsafe-inline'"))
        for outside in ["http:", "https:", "src=\"", "href=", "url(", "@import"] { #expect(!page.contains(outside)) }
        #expect(page.contains("x2.1") && page.contains("x2.2"))
        #expect(page.contains("account_quota") && page.contains("team-a"))
        // No more than a sealed bundle can bear.
        #expect(page.utf8.count < 12_000)
    }

    @Test("the page says why there was no further attempt, escaped")
    func decision() async throws {
        var form = SampleExchange.allOut(1)
        form.decision?.rejected[1].because = "<b>told to wait</b>"
        let bench = try BundleBench([form])
        _ = try bench.export("r.zip")
        let page = try await bench.shell("unzip -p r.zip report.html")
        #expect(
            page.contains(
                "<p>No further attempt: every account is out; team-b is back first (team-a: 5h window spent; "
                    + "team-b: &lt;b&gt;told to wait&lt;/b&gt;)</p>"
            )
        )
    }

    @Test("the summary names errors, their addresses and what is missing")
    func theSummaryNamesErrors() async throws {
        let bench = try BundleBench([.success(1), .error(2), .omittedBody(3)])
        try bench.store.add(
            RecordingGap(
                from: SampleExchange(2).startedAt,
                until: SampleExchange(2).startedAt,
                reason: "no space left",
                exchanges: 4
            )
        )
        _ = try bench.export("r.zip")
        let text = try await bench.shell("unzip -p r.zip SUMMARY.md")
        #expect(text.contains("3 exchanges, 1 of them errors, with 3 attempts at an upstream."))
        #expect(text.contains("- x2 at 2026-11-20 10:00:02: status 429, rate\\_limit\\_error"))
        #expect(text.contains("- 4 exchanges were not recorded: no space left"))
        #expect(text.contains("bodies were not stored: content-encoding br"))
        let manifest = try await bench.shell("unzip -p r.zip manifest.json | jq -c .completeness.missing[0].exchanges")
        #expect(manifest == "4\n")
    }

    @Test("of many exchanges errors are shown first, and how many are left out is said")
    func ofManyExchangesErrorsAreShownFirst() async throws {
        var forms = (1...400).map { SampleExchange.success($0) }
        forms.append(.error(401))
        let bench = try BundleBench(forms)
        _ = try bench.export("r.zip")
        let page = try await bench.shell("unzip -p r.zip report.html")
        #expect(page.contains("300 of 401 are shown, errors first"))
        #expect(page.contains(">x401<"))
        #expect(page.components(separatedBy: "<details").count == 301)
    }
}
