import Testing

@testable import Recorder

@Suite
struct HeadMaskingTests {
    private let planted = "sk-ant-api03-" + String(repeating: "x7Qk", count: 20)

    @Test("a key in a method, a header name, or the path of an absolute target does not reach the record")
    func masksEveryPartOfAHead() async throws {
        let recording = try Recording()
        var sample = CaptureSample(1)
        sample.requestHead =
            "\(planted) http://user:secret99pass@h/v1/m?x=1 HTTP/1.1\nhost: a\n\(planted): 1\nx-y: \(planted)"
        await recording.record(sample)
        await recording.pipeline.close()
        let request = try #require(try recording.store.read().exchanges.first?.exchange.request)
        #expect(request.method.hasPrefix("***masked:anthropic:"))
        #expect(request.path == "/v1/m")
        #expect(request.query == "x=1")
        #expect(request.headers.map(\.name).allSatisfy { !$0.contains("sk-ant") })
        #expect(request.headers.map(\.value).allSatisfy { !$0.contains("sk-ant") })
        #expect(request.headers.count == 3)
    }

    @Test("an authority is not recorded, also when no path follows it", arguments: ["?x=/y", "#/y", ""])
    func leavesAuthoritiesOut(rest: String) async throws {
        let recording = try Recording()
        var sample = CaptureSample(1)
        sample.requestHead = "GET http://user:pw@h\(rest) HTTP/1.1\nhost: a"
        await recording.record(sample)
        await recording.pipeline.close()
        let request = try #require(try recording.store.read().exchanges.first?.exchange.request)
        #expect(request.path == (rest.hasPrefix("#") ? "#/y" : ""))
        #expect(request.query == (rest.hasPrefix("?") ? "x=/y" : nil))
    }
}
