import Recorder
import Replayer
import Testing

struct RunResultTests {
    private func facts(_ body: String, status: Int, duration: Int64) -> AnswerFacts {
        let headers = HeaderBlock([HeaderField("content-type", "application/json")])
        return AnswerFacts(
            status: status,
            headers: headers,
            body: Array(body.utf8),
            ending: .complete,
            firstByte: 1500,
            duration: duration
        )
    }

    private func result() -> RunResult {
        let error = "{\"type\":\"error\",\"error\":{\"type\":\"rate\\u001b[2J\",\"message\":\"m\"}}"
        let recorded = facts(
            #"{"type":"message","content":[],"stop_reason":"end_turn"}"#,
            status: 200,
            duration: 1_200_000
        )
        let replayed = facts(error, status: 429, duration: 35_000)
        let comparison = AnswerComparison(recorded: recorded, replayed: replayed)
        var result = RunResult(RecordedSample(number: 17).summary, comparison.rung)
        result.recorded = recorded
        result.replayed = replayed
        result.differences = comparison.differences
        result.similarity = comparison.similarity
        return result
    }

    @Test("a line names what differs, both times, and nothing that steers a terminal")
    func aLineNamesWhatDiffers() {
        #expect(
            result().line == "x17 major status 200 → 429, error none → rate?[2J, stop end_turn → none, "
                + "text 0.0% alike (time 1.20 s → 35.0 ms)"
        )
    }

    @Test("what was not sent says why")
    func whatWasNotSentSaysWhy() {
        var result = RunResult(RecordedSample(number: 2).summary, .unused)
        result.needs = ["bearer token in the path", "secret in the query"]
        #expect(result.line == "x2 needs: bearer token in the path; secret in the query")
        result.needs = []
        result.unsent = "it might pass --max-cost 1"
        #expect(result.line == "x2 not sent: it might pass --max-cost 1")
    }

    @Test("an object has both sides; what is unknown is null")
    func anObjectHasBothSides() {
        var json = JSONWriter()
        result().write(into: &json)
        let text = String(decoding: json.bytes, as: UTF8.self)
        #expect(text.hasPrefix(#"{"address":"x17","id":""#))
        #expect(
            text.contains(
                #""rung":"major","recorded":{"status":200,"error_type":null,"ending":"complete","stop_reason":"end_turn""#
            )
        )
        #expect(text.contains(#""replayed":{"status":429,"error_type":"rate\u001b[2J""#))
        #expect(text.contains(#"{"name":"status","recorded":"200","replayed":"429"}"#))
        #expect(text.contains(#""text_similarity":0.000,"timing":null,"failure":null,"needs":[],"unsent":null"#))
        #expect(text.hasSuffix("}\n"))
    }

    @Test("a tally sums up, and is the same only when there is something and all of it is")
    func aTallySumsUp() {
        var tally = RunTally()
        #expect(!tally.isSame)
        tally.add(.exact)
        tally.add(.normalised)
        #expect(tally.isSame)
        for rung in [AnswerRung.minor, .major, .major, .unmatched, .unused] { tally.add(rung) }
        #expect(!tally.isSame)
        #expect(tally.total == 7)
        #expect(tally.line == "exact=1 normalised=1 minor=1 major=2 unmatched=1 unused=1")
    }
}
