import Testing

@testable import Replayer

struct EventStreamFrameTests {
    @Test("a chunk is the frame that an independent encoder makes of it")
    func encodesAChunk() {
        let expected = """
            0000007b0000004b0a2e96af0b3a6576656e742d747970650700056368756e6b0d3a636f6e74656e742d747970650700106170706c69\
            636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b226279746573223a2265794a306558426c496a6f\
            6963476c755a794a39227da01f56c4
            """
        #expect(hex(BedrockRendering.chunk(#"{"type":"ping"}"#).bytes) == expected)
    }

    @Test("an exception is the frame that an independent encoder makes of it")
    func encodesAnException() {
        let expected = """
            000000b2000000613590d5d30f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f\
            6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009657863657074696f\
            6e7b226d657373616765223a22546f6f206d616e792072657175657374732c20706c656173652077616974206265666f726520747279\
            696e6720616761696e2e227de8ffb26a
            """
        let frame = BedrockRendering.exception(
            "throttlingException",
            message: "Too many requests, please wait before trying again."
        )
        #expect(hex(frame.bytes) == expected)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
