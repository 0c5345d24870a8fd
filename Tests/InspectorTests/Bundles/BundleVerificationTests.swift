import Foundation
import Inspector
import Recorder
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BundleVerificationTests {
    /// Takes a bundle apart, changes its files by a script, and packs it again.
    private func damaged(
        _ script: String,
        _ forms: [SampleExchange] = [.stream(1), .error(2)]
    ) async throws -> [String] {
        let bench = try BundleBench(forms)
        _ = try bench.export("good.zip")
        #expect(try BundleVerification(path: bench.path("good.zip")).faults == [])
        // `line` edits the lines and gives the manifest the hash of the result, so that only the content is wrong.
        try await bench.shell(
            """
            mkdir d; cd d; unzip -q ../good.zip
            reseal() {
              h=$(sha256sum < "$1" | cut -c1-64)
              jq -c --arg n "$1" --arg h $h '.members[$n]=$h' manifest.json > m; mv m manifest.json
            }
            line() { jq -c "$1" exchanges.ndjson > l; mv l exchanges.ndjson; reseal exchanges.ndjson; }
            \(script)
            zip -qr ../bad.zip manifest.json exchanges.ndjson *.md *.html pieces
            """
        )
        return try BundleVerification(path: bench.path("bad.zip")).faults
    }

    @Test(
        "what a line says wrongly is named with its address and member",
        arguments: [
            (
                "line 'if .address==\"x2\" then .status=200 else . end'",
                "x2: status is 200, its parts and bodies say 429"
            ),
            ("line 'if .address==\"x2\" then .error_type=\"a\" else . end'", "x2: error_type is \"a\", its parts"),
            ("line 'if .address==\"x1\" then .tokens.output=21 else . end'", "x1: tokens.output is 21, its parts"),
            (
                "line 'if .address==\"x2\" then .attempts[0].error_type=null else . end'",
                "x2: attempts[0].error_type is null"
            ),
            (
                "line 'if .address==\"x1\" then .response.chunks[1][1]+=1 else . end'",
                "x1 response body: its chunks have"
            ),
            (
                "line 'if .address==\"x1\" then .response.chunks[0][0]=999999999 else . end'",
                "x1 response body: its chunks are not in order"
            ),
            (
                "line 'if .address==\"x1\" then .request.body_stored+=1 else . end'",
                "x1 request body: its pieces have 54 bytes, its line says 55"
            ),
            ("line '.address=\"x1\"'", "the address x1 comes twice"),
            (
                "line 'if .address==\"x2\" then .error_type=\"a\\u009b1mb\" else . end'",
                "x2: error_type is \"a\\u{9b}1mb\""
            ),
            ("line 'if .address==\"x1\" then .request.body=[] else . end'", "x1 request body: its pieces have 0 bytes"),
        ]
    )
    func whatALineSaysWrongly(script: String, expected: String) async throws {
        let faults = try await damaged(script)
        #expect(faults.contains { $0.hasPrefix(expected) }, "\(faults)")
    }

    @Test(
        "what is wrong with members and counts is named",
        arguments: [
            ("echo >> SUMMARY.md", "SUMMARY.md does not have the hash that the manifest gives"),
            ("rm report.html; touch a.html", "report.html is missing"),
            ("touch more.md", "the manifest does not name more.md"),
            (
                "jq -c .counts.exchanges=3 manifest.json > m; mv m manifest.json",
                "the manifest counts 3 exchanges, there are 2"
            ),
            (
                "jq -c .counts.attempts=3 manifest.json > m; mv m manifest.json",
                "the manifest gives 3 as attempts, it is 2"
            ),
            (
                "jq -c .last_number=9 manifest.json > m; mv m manifest.json",
                "the manifest gives 9 as last number, it is 2"
            ),
            (
                "jq -c '.until=\"2027-01-01T00:00:00.000000Z\"' manifest.json > m; mv m manifest.json",
                "the manifest gives 2027-01-01T00:00:00.000000Z as until"
            ),
            (
                "tac exchanges.ndjson > l; mv l exchanges.ndjson; reseal exchanges.ndjson",
                "its exchanges are not in the order of their start"
            ),
            ("for p in pieces/*; do echo x >> $p; break; done", "pieces/"),
            ("for p in pieces/*; do rm $p; break; done", "pieces/"),
            (
                "h=$(printf x | sha256sum | cut -c1-64); printf x > pieces/$h; reseal pieces/$h",
                "nothing refers to 1 of its pieces: 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
            ),
        ]
    )
    func whatIsWrongWithMembers(script: String, expected: String) async throws {
        let faults = try await damaged(script)
        #expect(faults.contains { $0.hasPrefix(expected) }, "\(faults)")
    }

    @Test("what tries to do harm is refused, what is no bundle is an error")
    func whatTriesToDoHarmIsRefused() async throws {
        let bench = try BundleBench([.success(1)])
        _ = try bench.export("good.tgz")
        try await bench.shell(
            """
            mkdir d; tar xzf good.tgz -C d; ln -s /etc/passwd d/report2.html; tar czf link.tgz -C d .
            echo hello > text.zip; : > empty.zip
            """
        )
        for name in ["link.tgz", "text.zip", "empty.zip", "none.zip"] {
            #expect(throws: StoreError.self, "\(name)") { try BundleVerification(path: bench.path(name)) }
        }
    }

    @Test("a file that is cut off says so and gives what is whole")
    func aFileThatIsCutOffSaysSo() async throws {
        let bench = try BundleBench((1...20).map { .failover($0) })
        _ = try bench.export("good.tgz")
        try await bench.shell("head -c $(($(wc -c < good.tgz) * 9 / 10)) good.tgz > cut.tgz")
        let verification = try BundleVerification(path: bench.path("cut.tgz"))
        #expect(!verification.isSound)
        #expect(verification.faults.contains { $0.hasPrefix("it is cut off") }, "\(verification.faults)")
    }

    @Test("counts that a manifest does not give are not missed")
    func countsThatAManifestDoesNotGive() async throws {
        let script =
            "jq -c '.counts={exchanges:2}|del(.last_number,.from,.until)' manifest.json > m; mv m manifest.json"
        #expect(try await damaged(script) == [])
    }

    @Test("a zip without the end of its directory is not sound, although all members are there")
    func zipDirectory() async throws {
        let bench = try BundleBench([.stream(1)])
        _ = try bench.export("good.zip")
        try await bench.shell(
            """
            # The directory of zip begins with the first PK\\1\\2.
            start=$(grep -abo "$(printf 'PK\\001\\002')" good.zip | head -n 1 | cut -d: -f1)
            head -c $((start + 60)) good.zip > cut.zip
            head -c -5 good.zip > short.zip
            (cat good.zip; head -c 100 /dev/zero) > longer.zip
            """
        )
        #expect(try BundleVerification(path: bench.path("good.zip")).faults == [])
        for name in ["cut.zip", "short.zip", "longer.zip"] {
            let faults = try BundleVerification(path: bench.path(name)).faults
            #expect(faults.contains { $0.hasPrefix("the directory at the end of the zip is") }, "\(name): \(faults)")
        }
    }

    @Test(
        "the bundles that ship as examples are sound",
        arguments: [
            "hand-made.tar.zst", "hand-made.tgz", "hand-made.zip", "program.tar.zst",
        ]
    )
    func examples(name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../fixtures/bundles/v1").standardizedFileURL.path
        #expect(try BundleVerification(path: folder + "/" + name).faults == [])
    }
}
