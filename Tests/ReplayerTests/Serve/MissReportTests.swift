import Recorder
import Testing

@testable import Replayer

struct MissReportTests {
    private let report = MissReport(
        request: "POST /v1/messages",
        reason: "no recorded request matches at 'exact'",
        nearest: [
            MissReport.Near(
                address: "x3.1",
                rung: .major,
                difference: FirstDifference(path: "messages[0].content", recorded: "say \"a\"", received: nil)
            ),
            MissReport.Near(address: "x4.2", rung: .unmatched, difference: nil),
        ]
    )

    @Test("the answer is an error in the provider's shape with the nearest requests beside it")
    func theAnswer() {
        let json = """
            {"type":"error","error":{"type":"replay_miss_error",\
            "message":"POST /v1/messages: no recorded request matches at 'exact'"},"nearest":[\
            {"address":"x3.1","rung":"major","difference":\
            {"path":"messages[0].content","recorded":"say \\"a\\"","received":null}},\
            {"address":"x4.2","rung":"unmatched","difference":null}]}

            """
        let head = """
            HTTP/1.1 599 Replay Miss\r
            content-type: application/json\r
            content-length: \(json.utf8.count)\r
            x-tapedeck-error: replay_miss\r
            x-should-retry: false\r
            \r

            """
        #expect(report.steps(status: 599, isHead: false) == [.write(Array((head + json).utf8))])
        #expect(report.steps(status: 599, isHead: true) == [.write(Array(head.utf8))])
        let notFound = report.steps(status: 404, isHead: true)
        #expect(notFound == [.write(Array(head.replacing("599 Replay Miss", with: "404 Not Found").utf8))])
    }

    @Test("the line for a log names the nearest request and the place that differs")
    func theLine() {
        #expect(
            report.line == "miss: POST /v1/messages: no recorded request matches at 'exact'; "
                + "nearest x3.1, which differs at messages[0].content"
        )
        #expect(MissReport(request: "GET /", reason: "why", nearest: []).line == "miss: GET /: why")
    }

    @Test("requests differ first in method, then path, query and body, where the rung minds")
    func requestsDifferFirst() {
        func difference(
            _ recorded: (String, String, String?, String),
            _ live: (String, String),
            _ body: String,
            _ rung: MatchRung
        ) -> FirstDifference? {
            let text = Array(recorded.3.utf8)
            let face = RequestFace(method: recorded.0, path: recorded.1, query: recorded.2, body: text)
            var parts = PartForms()
            let sample = ReceivedRequest.sample(method: live.0, uri: live.1, body: body)
            let request = LiveRequest(sample, masker: Masker(key: .random()), parts: &parts)
            return MissReport.difference(face, text, request, at: rung)
        }
        #expect(
            difference(("PUT", "/a", nil, ""), ("POST", "/b?x=1"), "z", .normalised)
                == FirstDifference(path: "method", recorded: "PUT", received: "POST")
        )
        #expect(
            difference(("POST", "/a", nil, ""), ("POST", "/b?x=1"), "z", .normalised)
                == FirstDifference(path: "path", recorded: "/a", received: "/b")
        )
        #expect(
            difference(("POST", "/a", "y=2&x=2&beta=true", ""), ("POST", "/a?x=1&y=2"), "z", .normalised)
                == FirstDifference(path: "query", recorded: "x=2&y=2", received: "x=1&y=2")
        )
        #expect(
            difference(("POST", "/a", "x=1", ""), ("POST", "/a"), "", .normalised)
                == FirstDifference(path: "query", recorded: "x=1", received: nil)
        )
        #expect(difference(("POST", "/a", "x=1&y=1", "{}"), ("POST", "/a?y=1&x=1"), "{}", .normalised) == nil)
        #expect(difference(("POST", "/a", "x=1&y=1", "{}"), ("POST", "/a?y=1&x=1"), "{}", .exact)?.path == "query")
        #expect(difference(("POST", "/a", "x=1", #"{"b":1}"#), ("POST", "/a?x=2"), #"{"b":2}"#, .major)?.path == "b")
    }
}
