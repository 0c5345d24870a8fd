import Foundation
import NIOConcurrencyHelpers
import Recorder
import TestSupport
import Testing

@testable import ProxyRuntime

@Suite("The accounts there are", .timeLimit(.minutes(2)))
struct AccountDirectoryTests {
    private let log = LogLines()

    private func directory(_ home: SampleHome, _ variables: [String: String] = [:]) throws -> AccountDirectory {
        try AccountDirectory(environment: AccountsEnvironment(variables), layout: home.layout, logger: log.logger)
    }

    private func add(_ names: String..., to home: SampleHome) throws {
        for name in names {
            try AccountsFile.edit(in: home.layout) { (file) throws(SettingsError) in
                try file.add(.sample(name), at: instant())
            }
        }
    }

    @Test("come from the environment first, then from the file, each in its order")
    func order() throws {
        let home = try SampleHome()
        try add("z", "y", to: home)
        try AccountsFile.edit(in: home.layout) { file in
            _ = file.pause("env-1", true)
            _ = file.pause("y", true)
            _ = file.pause("gone", true)
        }
        let directory = try directory(home, ["CLAUDE_API_KEYS": "sk-ant-1,b=sk-ant-2"])
        #expect(directory.accounts.map(\.name) == ["env-1", "b", "z", "y"])
        #expect(directory.accounts.map(\.isPaused) == [true, false, false, true])
        #expect(directory.entries.map(\.source) == [.environment, .environment, .file, .file])
    }

    @Test("a name or key of both is refused, naming both places")
    func conflict() throws {
        let home = try SampleHome()
        try add("a", to: home)
        let name = message { _ = try directory(home, ["CLAUDE_API_KEYS": "a=sk-ant-1"]) }
        for word in ["'a'", "entry 1 of CLAUDE_API_KEYS", home.layout.accounts] { #expect(name.contains(word)) }
        let key = message { _ = try directory(home, ["CLAUDE_API_KEYS": "b=sk-ant-api03-a-key"]) }
        for word in ["'a'", "'b'", "same key"] { #expect(key.contains(word)) }
        #expect(!key.contains("api03"))
    }

    @Test("an edit is noticed once, and only when it changes something")
    func notices() throws {
        let home = try SampleHome()
        let directory = try directory(home)
        #expect(!directory.reloadIfChanged())
        try add("a", to: home)
        #expect(directory.reloadIfChanged())
        #expect(directory.accounts.map(\.name) == ["a"])
        #expect(!directory.reloadIfChanged())
        try AccountsFile.edit(in: home.layout) { file in _ = file.pause("a", true) }
        #expect(directory.reloadIfChanged())
        #expect(directory.accounts.map(\.isPaused) == [true])
        // Another file, the same accounts.
        try AccountsFile.edit(in: home.layout) { file in _ = file.pause("env-9", true) }
        #expect(!directory.reloadIfChanged())
        try AccountsFile.edit(in: home.layout) { file in _ = file.remove("a") }
        #expect(directory.reloadIfChanged())
        #expect(directory.accounts.isEmpty)
        #expect(log.all.isEmpty)
    }

    @Test("a bad file leaves the accounts as they were, and is reported once")
    func keepsOnTrouble() throws {
        let home = try SampleHome()
        try add("a", to: home)
        let directory = try directory(home)
        let good = try #require(FileManager.default.contents(atPath: home.layout.accounts))
        let file = PrivateFile(path: home.layout.accounts)
        func expectReport(_ words: String...) {
            for _ in 0..<3 { #expect(!directory.reloadIfChanged()) }
            #expect(directory.accounts.map(\.name) == ["a"])
            let line = log.all.last ?? ""
            #expect(line.hasPrefix("error "))
            for word in words { #expect(line.contains(word), "\(line)") }
            #expect(!line.contains("api03"))
        }
        try file.write(Array("{\"version\":1,\"accounts\":[{\"key\":\"sk-ant-api03-a-key\"}]}".utf8))
        expectReport("damaged at accounts[0].name")
        #expect(log.all.count == 1)
        chmod(file.path, 0o644)
        expectReport("chmod 600")
        #expect(log.all.count == 2)
        unlink(file.path)
        expectReport("has gone")
        #expect(log.all.count == 3)
        // Well again, then ill again: that is worth another line.
        try file.write(Array(good))
        #expect(!directory.reloadIfChanged())
        unlink(file.path)
        expectReport("has gone")
        #expect(log.all.count == 4)
    }

    @Test("a list of keys that is replaced is noticed, one that is gone is not taken for empty")
    func keyFile() throws {
        let home = try SampleHome()
        let path = home.directory.path + "/keys"
        try Data("sk-ant-1\n".utf8).write(to: URL(fileURLWithPath: path))
        let directory = try directory(home, ["CLAUDE_API_KEYS_FILE": path])
        try Data("sk-ant-1\nsk-ant-2\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(directory.reloadIfChanged())
        #expect(directory.accounts.map(\.name) == ["env-1", "env-2"])
        unlink(path)
        #expect(!directory.reloadIfChanged())
        #expect(directory.accounts.count == 2)
        #expect(log.all.count == 1)
    }

    @Test("a watch tells of changes to accounts and keys until it is closed")
    func watches() async throws {
        let home = try SampleHome()
        let directory = try directory(home)
        let ring = try ClientKeyRing(layout: home.layout, logger: log.logger)
        let told = NIOLockedValueBox<[[String]]>([])
        let watch = StoreFilesWatch(
            accounts: directory,
            clientKeys: ring,
            interval: .milliseconds(5),
            logger: log.logger
        ) { accounts in told.withLockedValue { $0.append(accounts.map(\.name)) } }
        watch.start()
        try add("a", to: home)
        _ = try await eventually { told.withLockedValue { $0.isEmpty ? nil : true } }
        try ClientKeysFile.edit(in: home.layout) { (file) throws(SettingsError) in
            try file.add(ClientKey(name: "k", digest: ClientKey.digest(of: "x"), createdAt: instant()))
        }
        _ = try await eventually { ring.isOpen ? nil : true }
        #expect(!ring.isOpen)
        await watch.close()
        try add("b", to: home)
        #expect(told.withLockedValue { $0 } == [["a"]])
        #expect(log.all.contains { $0.hasPrefix("info ") && $0.contains("accounts have changed") })
        #expect(!log.all.joined().contains("api03"))
    }

    @Test("a watch that was never started can be closed")
    func closesUnstarted() async throws {
        let home = try SampleHome()
        let watch = StoreFilesWatch(
            accounts: try directory(home),
            clientKeys: try ClientKeyRing(layout: home.layout, logger: log.logger),
            logger: log.logger
        )
        await watch.close()
        #expect(log.all.isEmpty)
    }
}
