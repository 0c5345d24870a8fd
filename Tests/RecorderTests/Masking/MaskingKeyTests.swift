import Foundation
import Testing

@testable import Recorder

struct MaskingKeyTests {
    static func inDirectory(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "masking-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test func aKeyIsMadeOnceAndReadAfterwards() throws {
        try Self.inDirectory { directory in
            let path = directory + "/masking.key"
            let first = Masker(key: try MaskingKey.load(orCreateAt: path))
            let second = Masker(key: try MaskingKey.load(orCreateAt: path))
            #expect(first.masked("a@example.org") == second.masked("a@example.org"))
            let facts = try FileManager.default.attributesOfItem(atPath: path)
            #expect(facts[.posixPermissions] as? Int == 0o600)
            #expect(facts[.size] as? Int == 32)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["masking.key"])
        }
    }

    @Test func aKeyOpenToOthersIsRefused() throws {
        try Self.inDirectory { directory in
            let path = directory + "/masking.key"
            _ = try MaskingKey.load(orCreateAt: path)
            for mode in [0o640, 0o604, 0o620] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
                let error = #expect(throws: MaskingKeyError.self) { try MaskingKey.load(orCreateAt: path) }
                #expect(error?.code == .tooOpen)
                #expect(error?.message.contains(path) == true)
            }
        }
    }

    @Test(arguments: [0, 31, 33])
    func aKeyOfTheWrongSizeIsRefused(size: Int) throws {
        try Self.inDirectory { directory in
            let path = directory + "/masking.key"
            let made = FileManager.default.createFile(
                atPath: path,
                contents: Data(count: size),
                attributes: [.posixPermissions: 0o600]
            )
            #expect(made)
            let error = #expect(throws: MaskingKeyError.self) { try MaskingKey.load(orCreateAt: path) }
            #expect(error?.code == .wrongSize)
        }
        #expect(MaskingKey(bytes: [UInt8](repeating: 1, count: size)) == nil)
    }

    @Test func aMissingDirectoryIsAnError() throws {
        try Self.inDirectory { directory in
            let error = #expect(throws: MaskingKeyError.self) {
                try MaskingKey.load(orCreateAt: directory + "/none/masking.key")
            }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func aKeyIsNeverPrinted() {
        let key = MaskingKey(bytes: [UInt8](repeating: 0x41, count: 32))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(String(describing: key)) \(String(reflecting: key)) \(dumped)".contains("65"))
    }

    @Test func otherKeysGiveOtherTags() {
        let other = Masker(key: .random()).masked("a@example.org")
        #expect(other != Planted.masked("a@example.org"))
        // HMAC-SHA256 by Python: hmac.new(b"\x07" * 32, b"a@example.org", "sha256").hexdigest()[:8].
        #expect(Planted.masked("a@example.org") == "***email:89db7630***")
    }
}
