import Foundation
import Inspector
import Recorder
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BundleUnpackingTests {
    @Test("each exchange is a folder of files that others read")
    func eachExchangeIsAFolder() async throws {
        let bench = try BundleBench([.failover(1), .stream(2), .omittedBody(3), .cancelledBeforeHead(4)])
        _ = try bench.export("a.zip")
        let source = try Sources.open([bench.path("a.zip")])
        let result = try BundleUnpacking(source: source, directory: bench.path("out")).run()
        let files = try await bench.shell("cd out; find . -type f | sort").split(separator: "\n").map(String.init)
        #expect(
            files == [
                "./x1/attempt-1/response.json", "./x1/exchange.json", "./x1/request.json", "./x1/response.json",
                "./x2/exchange.json", "./x2/request.json", "./x2/response.sse", "./x3/exchange.json",
                "./x3/request.json", "./x4/exchange.json", "./x4/request.json",
            ]
        )
        #expect(result.exchanges == 4)
        #expect(result.files == files.count)
        #expect(try await bench.shell("find out -type f ! -perm 600; find out -type d ! -perm 700") == "")
        #expect(try await bench.shell("jq -r .error.type out/x1/attempt-1/response.json") == "rate_limit_error\n")
        #expect(try await bench.shell("jq -r .attempts[1].account out/x1/exchange.json") == "team-b\n")
        #expect(try await bench.shell("head -1 out/x2/response.sse") == "event: message_start\n")
        var json = JSONWriter()
        let recorded = try #require(try source.find(.address(ExchangeAddress(exchange: 1))))
        ExchangeJSON.writeDetail(recorded, into: &json)
        #expect(try await bench.shell("jq -c . out/x1/exchange.json").utf8.count > 500)
        try Data(json.bytes).write(to: URL(fileURLWithPath: bench.path("one.json")))
        try await bench.shell("jq -S . one.json > a; jq -S . out/x1/exchange.json > b; cmp a b")
    }

    @Test("a directory that holds something is left alone")
    func aDirectoryThatHoldsSomething() async throws {
        let bench = try BundleBench([.success(1)])
        _ = try bench.export("a.zip")
        let source = try Sources.open([bench.path("a.zip")])
        try await bench.shell("mkdir full empty; touch full/.hidden")
        #expect(throws: StoreError.self) { try BundleUnpacking(source: source, directory: bench.path("full")).run() }
        #expect(try BundleUnpacking(source: source, directory: bench.path("empty")).run().exchanges == 1)
    }
}
