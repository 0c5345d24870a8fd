import Testing

@testable import Recorder

@Suite("Session and user of a request")
struct RequestIdentityTests {
    private static let device = String(repeating: "0a", count: 32)
    private static let json = #"{"device_id":"\#(device)","account_uuid":"acc-1","session_id":"json-session"}"#
    private static let older = "user_\(device)_account_acc-1_session_old-session"

    @Test("takes the session from the first place that names one")
    func session() {
        let all = [
            HeaderField("X-Claude-Session-Id", "third"), HeaderField("x-claude-code-session-id", "second"),
            HeaderField("X-SESSION-ID", "first"), HeaderField("Host", "h"),
        ]
        func session(_ headers: [HeaderField], _ id: String?) -> String? {
            RequestIdentity.from(headers: headers, metadataUserID: id, query: nil).session
        }
        #expect(session(all, RequestIdentityTests.json) == "first")
        #expect(session(Array(all.prefix(2)), RequestIdentityTests.json) == "second")
        #expect(session(Array(all.prefix(1)), RequestIdentityTests.json) == "third")
        #expect(session([HeaderField("x-session-id", ""), all[0]], nil) == "third")
        #expect(session([], RequestIdentityTests.json) == "json-session")
        #expect(session([], RequestIdentityTests.older) == "old-session")
        #expect(session([], "someone") == nil)
        #expect(session([], nil) == nil)
    }

    static let users: [(id: String?, query: String?, session: String?, user: String)] = [
        (older, nil, "old-session", "user_\(device)_account_acc-1"),
        (json, nil, "json-session", "user_\(device)_account_acc-1"),
        (" \n" + json, nil, "json-session", "user_\(device)_account_acc-1"),
        ("user_1_account__session_s", nil, "s", "user_1_account_"),
        ("user_1_account_a_session_b_session_c", nil, "c", "user_1_account_a_session_b"),
        (#"{"device_id":"d","account_uuid":"","session_id":"s"}"#, nil, "s", "user_d_account_"),
        (#"{"session_id":"s"}"#, "claude-code-user=eve", "s", "eve"),
        (#"{"device_id":"d""#, nil, nil, #"{"device_id":"d""#),
        ("bob", "claude-code-user=eve", nil, "bob"),
        ("", "claude-code-user=eve", nil, "eve"),
        ("_session_s", nil, "s", "default"),
        ("user_1_session_", nil, nil, "user_1"),
        (nil, "beta=true&claude-code-user=a%20b%2Bc+d&x", nil, "a b+c d"),
        (nil, "claude-code-user=&claude%2Dcode%2Duser=z%zz", nil, "z%zz"),
        (nil, "beta=true", nil, "default"),
        (nil, nil, nil, "default"),
    ]

    @Test("takes the user from metadata, else from the query, else default", arguments: 0..<users.count)
    func user(index: Int) {
        let (id, query, session, user) = RequestIdentityTests.users[index]
        let found = RequestIdentity.from(headers: HeaderBlock(), metadataUserID: id, query: query)
        #expect(found.session == session)
        #expect(found.user == user)
    }

    @Test("reads model, stream and user id of a body")
    func members() {
        let text = #"{"model":"m","messages":[],"metadata":{"user_id":"{\"session_id\":\"s\"}"},"stream":true}"#
        Array(text.utf8).withUnsafeBytes { body in
            let cut = BodyCutter.cut(body)
            #expect(RequestIdentity.model(body: body, cut: cut) == "m")
            #expect(RequestIdentity.stream(body: body, cut: cut) == true)
            #expect(RequestIdentity.metadataUserID(body: body, cut: cut) == #"{"session_id":"s"}"#)
        }
        Array(#"{"model":1,"stream":"yes","metadata":"x"}"#.utf8).withUnsafeBytes { body in
            let cut = BodyCutter.cut(body)
            #expect(RequestIdentity.model(body: body, cut: cut) == nil)
            #expect(RequestIdentity.stream(body: body, cut: cut) == nil)
            #expect(RequestIdentity.metadataUserID(body: body, cut: cut) == nil)
        }
    }

    private func hash(_ text: String) -> String? {
        Array(text.utf8).withUnsafeBytes { RequestIdentity.sessionHash(body: $0, cut: BodyCutter.cut($0)) }
    }

    @Test("hashes system and the first user message: SHA-256 of the texts with their separators")
    func sessionHash() {
        // printf 's\0\1hi\0' | sha256sum
        let expected = "e67b7f817600bd21"
        #expect(hash(#"{"system":"s","messages":[{"role":"user","content":"hi"}]}"#) == expected)
        #expect(
            hash(#"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"system":"s"}"#) == expected
        )
        #expect(
            hash(
                #"{"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"assistant","#
                    + #""content":"no"},{"role":"user","content":[{"cache_control":null,"type":"text","text":"hi"}]},{"role":"user"}]}"#
            ) == expected
        )
    }

    @Test("is the same for all turns of a conversation and another for another")
    func turns() {
        let first = hash(
            #"{"system":"s","messages":[{"role":"user","content":[{"type":"image","source":{"data":"AA"},"cache_control":{}}]}]}"#
        )
        let second = hash(
            #"{"system":"s","messages":[{"role":"user","content":[{"type":"image","source":{"data":"AA"}}]},{"role":"assistant","content":"b"}]}"#
        )
        let other = hash(
            #"{"system":"s","messages":[{"role":"user","content":[{"type":"image","source":{"data":"AB"}}]}]}"#
        )
        #expect(first != nil)
        #expect(first == second)
        #expect(first != other)
        #expect(hash(#"{"system":"hi","messages":[]}"#) != hash(#"{"messages":[{"role":"user","content":"hi"}]}"#))
        #expect(hash(#"{"model":"m"}"#) == nil)
        #expect(hash("text") == nil)
    }
}
