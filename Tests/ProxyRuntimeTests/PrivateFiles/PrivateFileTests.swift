import Foundation
import Recorder
import TestSupport
import Testing

@testable import ProxyRuntime

@Suite("Private files")
struct PrivateFileTests {
    private func file(_ directory: TemporaryDirectory) -> PrivateFile {
        PrivateFile(path: directory.path + "/secrets.json")
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("what is written is read again, by its owner only, and leaves nothing beside it")
    func writes() throws {
        let directory = try TemporaryDirectory()
        let file = file(directory)
        #expect(try file.read() == nil)
        #expect(file.version == nil)
        try file.write(Array("one".utf8))
        #expect(try mode(file.path) == 0o600)
        let first = try #require(try file.read())
        #expect(first.bytes == Array("one".utf8))
        #expect(first.version == file.version)
        try file.write(Array("two".utf8))
        #expect(try file.read()?.bytes == Array("two".utf8))
        #expect(first.version != file.version)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["secrets.json"])
    }

    @Test("others' permissions are refused, with the remedy", arguments: [0o640, 0o604, 0o620, 0o610, 0o660, 0o777])
    func tooOpen(mode: Int) throws {
        let directory = try TemporaryDirectory()
        let file = file(directory)
        try file.write([1])
        let before = try #require(file.version)
        chmod(file.path, mode_t(mode))
        let text = message { _ = try file.read() }
        #expect(text.contains("chmod 600 \(file.path)"), "\(text)")
        // So that a running proxy looks again.
        #expect(file.version != before)
        chmod(file.path, 0o600)
        #expect(try file.read()?.bytes == [1])
    }

    @Test("a link, a directory and a pipe are refused at once")
    func notRegular() throws {
        let directory = try TemporaryDirectory()
        let target = PrivateFile(path: directory.path + "/target")
        try target.write([1])
        let file = file(directory)
        symlink(target.path, file.path)
        #expect(message { _ = try file.read() }.contains("no regular file"))
        unlink(file.path)
        mkdir(file.path, 0o700)
        #expect(message { _ = try file.read() }.contains("no regular file"))
        rmdir(file.path)
        mkfifo(file.path, 0o600)
        #expect(message { _ = try file.read() }.contains("no regular file"))
    }

    @Test("a file of another user is refused", .enabled(if: geteuid() == 0))
    func otherOwner() throws {
        let directory = try TemporaryDirectory()
        let file = file(directory)
        try file.write([1])
        chown(file.path, 12_345, 12_345)
        let text = message { _ = try file.read() }
        for word in ["12345", "chown"] { #expect(text.contains(word), "\(text)") }
    }

    @Test("a draft that a crash left behind is no trouble")
    func draft() throws {
        let directory = try TemporaryDirectory()
        let file = file(directory)
        try Data("half".utf8).write(to: URL(fileURLWithPath: file.path + ".new"))
        try file.write([7])
        #expect(try file.read()?.bytes == [7])
        #expect(!FileManager.default.fileExists(atPath: file.path + ".new"))
    }

    @Test("a directory that is not there is named")
    func noDirectory() throws {
        let directory = try TemporaryDirectory()
        let file = PrivateFile(path: directory.path + "/none/secrets.json")
        #expect(message { try file.write([1]) }.contains("\(file.path): No such file"))
        #expect(message { try file.edit { _ in [1] } }.contains("\(file.path): No such file"))
    }

    @Test("an edit that throws or gives nothing changes nothing")
    func keeps() throws {
        let directory = try TemporaryDirectory()
        let file = file(directory)
        try file.edit { bytes in
            #expect(bytes == nil)
            return [1]
        }
        let version = file.version
        try file.edit { bytes in
            #expect(bytes == [1])
            return nil
        }
        let text = message {
            try file.edit { (_) throws(SettingsError) -> [UInt8]? in throw SettingsError(message: "no") }
        }
        #expect(text == "no")
        #expect(file.version == version)
    }

    @Test("edits at the same time lose nothing")
    func concurrentEdits() async throws {
        let directory = try TemporaryDirectory()
        let file = file(directory)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in UInt8(1)...40 {
                group.addTask { try file.edit { ($0 ?? []) + [number] } }
            }
            try await group.waitForAll()
        }
        #expect(try file.read()?.bytes.sorted() == Array(1...40))
    }
}
