import Foundation
import Recorder
import Testing

@testable import ProxyRuntime

@Suite("keys.json")
struct ClientKeysFileTests {
    @Test("a key is ccf_ and 64 hexadecimal digits, and no two are alike")
    func keys() {
        let keys = (0..<100).map { _ in ClientKey.random() }
        #expect(Set(keys).count == 100)
        #expect(keys.allSatisfy { $0.wholeMatch(of: #/ccf_[0-9a-f]{64}/#) != nil })
    }

    @Test("keeps the hash of a key, in the form that is documented")
    func form() throws {
        let home = try SampleHome()
        // The SHA-256 of "abc", from FIPS 180-4.
        var key = ClientKey(name: "alice", digest: ClientKey.digest(of: "abc"), createdAt: instant())
        key.requestsPerMinute = 60
        key.tokensPerDay = 1_000_000
        let added = key
        try ClientKeysFile.edit(in: home.layout) { (file) throws(SettingsError) in try file.add(added) }
        let data = try #require(FileManager.default.contents(atPath: home.layout.clientKeys))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
        let expected: NSDictionary = [
            "version": 1,
            "keys": [
                [
                    "name": "alice", "created_at": "2026-11-20T10:00:00.000000Z", "rpm": 60,
                    "tokens_per_day": 1_000_000,
                    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                ]
            ],
        ]
        #expect(json == expected)
        #expect(try ClientKeysFile.load(from: home.layout)?.0.keys == [key])
    }

    @Test("a good name is taken, a revoked one may be used again and stays in the list")
    func names() throws {
        var file = ClientKeysFile()
        let first = ClientKey(name: "a", digest: ClientKey.digest(of: "1"), createdAt: instant())
        try file.add(first)
        let again = ClientKey(name: "a", digest: ClientKey.digest(of: "2"), createdAt: instant(1))
        #expect(message { try file.add(again) }.contains("proxy keys revoke a"))
        #expect(try file.revoke("a", at: instant(2)))
        #expect(try !file.revoke("a", at: instant(3)))
        try file.add(again)
        #expect(file.keys.map(\.revokedAt) == [instant(2), nil])
        #expect(try file.revoke("a", at: instant(4)))
        #expect(file.keys.map(\.revokedAt) == [instant(2), instant(4)])
        try file.add(ClientKey(name: "b", digest: ClientKey.digest(of: "3"), createdAt: instant()))
        #expect(message { _ = try file.revoke("nobody", at: instant()) }.contains("there are: b"))
    }

    private static let hash = String(repeating: "0", count: 64)

    private static func content(_ members: String, name: String = "a", sha256: String = hash) -> String {
        "{\"version\":1,\"keys\":[{\"name\":\"\(name)\",\"sha256\":\"\(sha256)\","
            + "\"created_at\":\"2026-11-20T10:00:00Z\"\(members)}]}"
    }

    static let faults: [(content: String, says: [String])] = [
        ("no", ["damaged"]),
        ("{\"version\":9}", ["newer program"]),
        (content("", name: "a b"), ["keys[0]", "name"]),
        (content("", sha256: "00"), ["keys[0].sha256"]),
        (content("", sha256: hash.dropLast() + "G"), ["keys[0].sha256"]),
        (content(",\"rpm\":0"), ["keys[0].rpm"]),
        (content(",\"rpm\":-1"), ["keys[0].rpm"]),
        (content(",\"tokens_per_day\":0"), ["keys[0].tokens_per_day"]),
        (content(",\"rpm\":1.5"), ["damaged"]),
    ]

    @Test("a damaged file is refused with its path and place, and stays as it is", arguments: faults)
    func refuses(_ row: (content: String, says: [String])) throws {
        let home = try SampleHome()
        let path = home.layout.clientKeys
        try PrivateFile(path: path).write(Array(row.content.utf8))
        let text = message { _ = try ClientKeysFile.load(from: home.layout) }
        for word in row.says + [path] { #expect(text.contains(word), "\(text)") }
        #expect(message { try ClientKeysFile.edit(in: home.layout) { $0.keys = [] } } == text)
        #expect(FileManager.default.contents(atPath: path) == Data(row.content.utf8))
    }

    @Test("others' permissions are refused")
    func tooOpen() throws {
        let home = try SampleHome()
        try PrivateFile(path: home.layout.clientKeys).write(Array("{\"version\":1,\"keys\":[]}".utf8))
        chmod(home.layout.clientKeys, 0o644)
        #expect(message { _ = try ClientKeysFile.load(from: home.layout) }.contains("chmod 600"))
    }
}
