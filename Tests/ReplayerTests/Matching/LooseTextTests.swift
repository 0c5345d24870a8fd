import Testing

@testable import Replayer

struct LooseTextTests {
    @Test(
        "what differs between two runs is replaced, everything else stays",
        arguments: [
            ("toolu_01AbCdEfGh", "toolu_<id>"), ("srvtoolu_01AbCdEfGh", "srvtoolu_<id>"),
            ("msg_01AbCdEfGh, req_011CQabcdef", "msg_<id>, req_<id>"), ("\"call_abcdef-0123\"", "\"call_<id>\""),
            ("toolu_mock000007", "toolu_<id>"),
            // Words of programs.
            ("msg_type", "msg_type"), ("call_something_else", "call_something_else"), ("req_1", "req_1"),
            ("msg_", "msg_"),
            ("xmsg_01AbCdEfGh", "xmsg_01AbCdEfGh"), ("my_call_01AbCdEfGh", "my_call_01AbCdEfGh"),
            ("0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "<uuid>"),
            ("f_0199AAAA-bbbb-7ccc-8ddd-eeeeffff0000.", "f_<uuid>."),
            ("0199aaaa-bbbb-7ccc-8ddd-eeeeffff000", "0199aaaa-bbbb-7ccc-8ddd-eeeeffff000"),
            ("0199aaaa-bbbb-7ccc-8ddd-eeeeffff00000", "0199aaaa-bbbb-7ccc-8ddd-eeeeffff00000"),
            ("x0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "x0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"),
            ("on 2026-11-20.", "on <date>."), ("2026-11-20T10:00Z", "<date>"), ("2026-11-20 10:00:59", "<date>"),
            ("2026-11-20T10:00:00.123456Z", "<date>"), ("2026-11-20T10:00:00+02:00|", "<date>|"),
            ("2026-11-20T10:00:00-02:00", "<date>"), ("2026-11-20T1", "<date>T1"), ("2026-11-201", "2026-11-201"),
            ("12026-11-20", "12026-11-20"), ("2026-11-2", "2026-11-2"), ("log_2026-11-20.txt", "log_<date>.txt"),
            ("2026-11-20 10:00:00.", "<date>."), ("2026-11-20 10", "<date> 10"),
            ("a \t\nb", "a\nb"), ("a\r\nb\r\n", "a\nb"), ("a\rb", "a\rb"), ("a\n\n \n", "a"), ("  a", "  a"),
            ("", ""), ("\n", ""), (" ", ""), ("a\n\nb", "a\n\nb"), ("grün ✓ 𝄞", "grün ✓ 𝄞"),
        ]
    )
    func whatDiffersIsReplaced(text: String, loose: String) {
        #expect(String(decoding: LooseText.of(Array(text.utf8)), as: UTF8.self) == loose)
    }

    @Test("any bytes have a loose form")
    func anyBytes() {
        for byte in UInt8.min...UInt8.max {
            let bytes = [0x32, byte, 0x2D, byte]
            #expect(LooseText.of(bytes + [0x2E]).last == 0x2E)
        }
    }
}
