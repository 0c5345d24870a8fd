import Testing

@testable import Replayer

struct KeptRequestsTests {
    private func request(_ number: Int, bytes: Int) -> ReceivedRequest {
        var request = ReceivedRequest.sample(uri: "/\(number)", headers: [ScriptedHeader("x-a", "b")])
        request.body = [UInt8](repeating: 0x61, count: bytes)
        return request
    }

    @Test("of the bodies the latest 64 MiB are kept, of the requests all")
    func theLatestBodiesAreKept() {
        var kept = KeptRequests()
        kept.append(request(1, bytes: 0))
        kept.append(request(2, bytes: 32 << 20))
        kept.append(request(3, bytes: 32 << 20))
        #expect(kept.all.map(\.body.count) == [0, 32 << 20, 32 << 20])
        kept.append(request(4, bytes: 1))
        #expect(kept.all.map(\.body.count) == [0, 0, 32 << 20, 1])
        #expect(kept.all.map(\.isBodyDropped) == [false, true, false, false])
        #expect(kept.all.map(\.uri) == ["/1", "/2", "/3", "/4"])
        kept.append(request(5, bytes: 64 << 20))
        #expect(kept.all.map(\.body.count) == [0, 0, 0, 0, 64 << 20])
    }
}
