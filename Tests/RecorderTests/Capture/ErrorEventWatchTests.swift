import Testing

@testable import Recorder

@Suite
struct ErrorEventWatchTests {
    static let plain = """
        event: message_start
        data: {"type":"message_start"}

        event: content_block_delta
        data: {"delta":{"text":"event: error\\nevent: error data: {\\"overloaded_error\\"} event: error"}}

        data: event: error

        :event: error

        event: errors
        data: {}

        event: message_stop
        data: {"type":"message_stop"}


        """

    static let overload = """
        event: message_start
        data: {"type":"message_start"}

        event: error
        data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}


        """

    static func compressed(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var stream = try! DeflateStream(.gzip)
        Array(text.utf8).withUnsafeBytes { stream.deflate($0, flush: .finish, into: &output) }
        return output
    }

    private func watch(_ runs: [ArraySlice<UInt8>], coding: String? = nil, type: String = "text/event-stream") -> [Bool]
    {
        var watch = ErrorEventWatch(contentType: type, contentEncoding: coding)
        for run in runs { run.withUnsafeBytes { watch.feed($0) } }
        return [watch.hasError, watch.isOverload]
    }

    private static let api = overload.split(separator: "overloaded").joined(separator: "api")
    private static let cases: [(text: String, expected: [Bool])] = [
        (plain, [false, false]),
        (overload, [true, true]),
        (plain + overload, [true, true]),
        (api, [true, false]),
        (plain + api, [true, false]),
        ("event:error\ndata:{}\n\n", [true, false]),
        ("event: error\r\ndata: {}\r\n\r\n", [true, false]),
        ("event: error\rdata: {}\r\r", [true, false]),
        ("data: {\"error\":{\"type\":\"overloaded_error\"}}\nevent: error\n\n", [true, true]),
        ("event:  error\ndata: {}\n\n", [false, false]),
        (" event: error\ndata: {}\n\n", [false, false]),
        // Never closed by an empty line: no client takes it for an event.
        ("event: error\ndata: {}\n", [false, false]),
        ("", [false, false]),
    ]

    @Test(
        "an error event is seen however its bytes are cut, and nothing else is taken for one",
        arguments: cases.indices
    )
    func anErrorEventIsSeenHoweverItsBytes(index: Int) {
        let (text, expected) = Self.cases[index]
        let bytes = Array(text.utf8)
        #expect(watch([bytes[...]]) == expected)
        #expect(watch(bytes.indices.map { bytes[$0...$0] }) == expected, "byte by byte")
        for cut in 0...bytes.count {
            #expect(watch([bytes[..<cut], bytes[cut...]]) == expected, "cut at \(cut)")
            let later = min(bytes.count, cut + 13)
            #expect(
                watch([bytes[..<cut], bytes[cut..<later], bytes[later...]]) == expected,
                "cut at \(cut) and behind"
            )
        }
    }

    @Test("it looks through compression", arguments: cases.indices)
    func itLooksThroughCompression(index: Int) {
        let (text, expected) = Self.cases[index]
        let bytes = Self.compressed(text)
        for coding in ["gzip", "x-gzip", "GZIP"] { #expect(watch([bytes[...]], coding: coding) == expected) }
        #expect(watch(bytes.indices.map { bytes[$0...$0] }, coding: "gzip") == expected)
    }

    @Test("only event streams have events")
    func onlyEventStreamsHaveEvents() {
        #expect(watch([Array(Self.overload.utf8)[...]], type: "application/json") == [false, false])
        #expect(watch([Array(Self.overload.utf8)[...]], coding: "br") == [false, false])
        #expect(watch([Array("no gzip at all".utf8)[...]], coding: "gzip") == [false, false])
    }
}
