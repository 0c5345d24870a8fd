import Foundation
import Inspector
import Recorder
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ExportedIdentityTests {
    private static let user = "user_\(BundleBench.device)_account_\(BundleBench.account)"
    private static let metadata = #"{"user_id":"\#(user)_session_\#(BundleBench.session)"}"#

    /// All that leaves when one exchange is exported.
    private func exported(_ change: (inout SampleExchange) -> Void) async throws -> String {
        var form = SampleExchange.success(1)
        change(&form)
        let bench = try BundleBench([form])
        guard case .written = try bench.export("t.zip") else {
            Issue.record("refused: \(try bench.refusals())")
            return ""
        }
        #expect(try BundleVerification(path: bench.path("t.zip")).faults == [])
        return try await bench.contents("t.zip")
    }

    @Test(
        "ids are tagged at any depth and in any kind of value",
        arguments: [
            #"{"requests":[{"custom_id":"a","params":{"metadata":\#(metadata)}}]}"#,
            #"[[{"metadata":\#(metadata)}]]"#,
            #"{"metadata":{"user\u005fid":"\#(BundleBench.device)"}}"#,
            #"{"metadata":{"user_id":{"device_id":"\#(BundleBench.device)","session_id":"s","n":[{"a":987654321987}]}}}"#,
            #"{"metadata":{"user_id":987654321987}}"#,
            #"{"metadata":{"user_id":["\#(BundleBench.device)",987654321987]}}"#,
            "{\"a\":1}\n{\"metadata\":\(metadata)}\n",
            #"{"metadata":\#(metadata),"messages":[{"role":"user","content":"cut o"#,
            #"{"messages":[],"metadata":{"user_id":"user_\#(BundleBench.device)_acc"#,
            #"{"messages":[],"metadata":{"user_id":987654321987"#,
        ]
    )
    func idsAreTaggedAtAnyDepth(body: String) async throws {
        let all = try await exported { $0.requestBody = .text(body) }
        #expect(all.contains("***masked:id:"), "\(all)")
        for id in [BundleBench.device, BundleBench.account, "987654321987"] { #expect(!all.contains(id), "\(id)") }
        if body.contains(#""session_id":"s""#) { #expect(all.contains(#""session_id":"s""#)) }
    }

    @Test("numbers that become tags leave sound JSON behind")
    func numbersThatBecomeTags() async throws {
        let all = try await exported {
            $0.requestBody = .text(
                #"{"metadata":{"user_id":987654321987},"n":[987654321987, 9876543219871],"t":"a \" 987654321987, b"}"#
            )
        }
        let tag = /\*\*\*masked:id:[0-9a-f]{8}\*\*\*/
        let plain = all.replacing(tag, with: "<tag>")
        #expect(
            plain.contains(
                #"{"metadata":{"user_id":"<tag>"},"n":["<tag>", 9876543219871],"t":"a \" <tag>, b"}"#
            ),
            "\(plain)"
        )
    }

    @Test("a known id is replaced in any letter case and behind escapes")
    func aKnownIDIsReplacedInAnyCase() async throws {
        let percent = BundleBench.account.utf8.map { "%" + String($0, radix: 16, uppercase: true) }.joined()
        let twice = percent.replacingOccurrences(of: "%", with: "%25")
        let escaped = BundleBench.account.utf8.map { "\\u00" + String($0, radix: 16) }.joined()
        let forms = [
            BundleBench.account.uppercased(), percent, twice, escaped,
            escaped.replacingOccurrences(of: "\\", with: "\\\\"),
            BundleBench.account.replacingOccurrences(of: "-", with: "%2d"),
        ]
        for form in forms {
            let all = try await exported {
                $0.requestBody = .text(#"{"metadata":\#(Self.metadata),"messages":["< \#(form) >"]}"#)
                $0.attempts[0].because = "it is \(form)"
                $0.query = "who=\(form)"
            }
            #expect(!all.contains(form), "\(form)")
            #expect(all.contains(/\["< \*\*\*masked:id:[0-9a-f]{8}\*\*\* >"\]/), "\(form)")
        }
    }

    @Test("a known id is replaced in base64", arguments: [0, 1, 2])
    func aKnownIDIsReplacedInBase64(shift: Int) async throws {
        for account in [BundleBench.account, BundleBench.account.uppercased()] {
            let text = String(repeating: "#", count: shift) + account + "?>?>"
            let base64 = Data(text.utf8).base64EncodedString()
            let all = try await exported {
                $0.requestBody = .text(#"{"metadata":\#(Self.metadata),"messages":["\#(base64)"]}"#)
            }
            // Not even the id's second half can be read.
            #expect(!all.contains(base64.dropFirst(24).prefix(16)))
            #expect(all.contains(/masked:id:[0-9a-f]{8}\*\*\*[A-Za-z0-9+\/]{1,7}=*"\]/), "\(all)")
        }
    }

    @Test(
        "an id in parts over the deltas of a stream is replaced where it begins",
        arguments: ["text/event-stream", "", "text/plain"]
    )
    func anIDInParts(type: String) async throws {
        let parts = ["on " + BundleBench.device.prefix(20), String(BundleBench.device.dropFirst(20)) + " now"]
        let events = parts.map {
            #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#($0)"}}"# + "\n\n"
        }
        let all = try await exported {
            $0.requestBody = .text(#"{"metadata":\#(Self.metadata)}"#)
            $0.response = SampleResponse(status: 200, body: .text(events.joined()), type: type)
        }
        #expect(!all.contains(BundleBench.device.prefix(20)))
        #expect(!all.contains(BundleBench.device.dropFirst(20)))
        #expect(all.contains(/"text":"on \*\*\*masked:id:[0-9a-f]{8}\*\*\*"/), "\(all)")
        #expect(all.contains(#""text":" now""#))
    }

    @Test("deltas of two blocks are no common text, and what only looks like an id stays")
    func whatOnlyLooksLikeAnIDStays() async throws {
        let near = String(BundleBench.device.dropLast()) + "3"
        let events = [(0, BundleBench.device.prefix(20)), (1, BundleBench.device.dropFirst(20))].map {
            #"data: {"index":\#($0),"delta":{"text":"\#($1)"}}"# + "\n\n"
        }
        let all = try await exported {
            $0.requestBody = .text(#"{"metadata":\#(Self.metadata),"messages":["\#(near)"]}"#)
            $0.response = SampleResponse(status: 200, body: .text(events.joined()), type: "text/event-stream")
        }
        #expect(all.contains(near))
        #expect(all.contains(BundleBench.device.dropFirst(20)))
    }
}
