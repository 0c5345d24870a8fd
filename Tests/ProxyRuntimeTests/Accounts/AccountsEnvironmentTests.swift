import Foundation
import Recorder
import TestSupport
import Testing

@testable import ProxyRuntime

@Suite("Accounts of the environment")
struct AccountsEnvironmentTests {
    private func names(_ text: String) throws -> [String] {
        try AccountsEnvironment(["CLAUDE_API_KEYS": text]).entries().map {
            "\($0.account.name)=\($0.account.credential.secret)"
        }
    }

    /// A value of CLAUDE_API_KEYS, and the accounts it gives.
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var accounts: [String]
        var testDescription: String { text.debugDescription }
    }

    static let cases = [
        Case(text: "", accounts: []),
        Case(text: " ,\n, ,", accounts: []),
        Case(text: "sk-ant-a", accounts: ["env-1=sk-ant-a"]),
        Case(text: "sk-ant-a,sk-ant-b", accounts: ["env-1=sk-ant-a", "env-2=sk-ant-b"]),
        Case(
            text: "\nsk-ant-api-free-1-xxx,\nsk-ant-api-free-2-xxx,\nsk-ant-api-free-3-xxx\n",
            accounts: [
                "env-1=sk-ant-api-free-1-xxx", "env-2=sk-ant-api-free-2-xxx", "env-3=sk-ant-api-free-3-xxx",
            ]
        ),
        Case(text: "sk-ant-a\r\nsk-ant-b\r\n", accounts: ["env-1=sk-ant-a", "env-2=sk-ant-b"]),
        Case(text: "\u{FEFF}sk-ant-a", accounts: ["env-1=sk-ant-a"]),
        // The place counts, with names or without.
        Case(text: "a=sk-ant-a, sk-ant-b,c=sk-ant-c", accounts: ["a=sk-ant-a", "env-2=sk-ant-b", "c=sk-ant-c"]),
        Case(text: "\t team.A_1-x = sk-ant-a \t", accounts: ["team.A_1-x=sk-ant-a"]),
        Case(
            text: "# mine, yours\na=sk-ant-a # sk-ant-no\n\t# no\nb=sk-ant-b",
            accounts: ["a=sk-ant-a", "b=sk-ant-b"]
        ),
        Case(text: "sk-ant-a==", accounts: ["env-1=sk-ant-a=="]),
        Case(text: "a=sk-ant-a#1", accounts: ["a=sk-ant-a#1"]),
    ]

    @Test("keys are separated by commas and line ends, and may have names", arguments: cases)
    func parses(_ row: Case) throws {
        #expect(try names(row.text) == row.accounts)
    }

    static let faults: [(text: String, says: [String])] = [
        ("sk-ant-a,sk-SECRET", ["entry 2 of CLAUDE_API_KEYS", "sk-ant-"]),
        ("team=SECRET", ["entry 1 of CLAUDE_API_KEYS ('team')", "sk-ant-"]),
        ("team=", ["entry 1 of CLAUDE_API_KEYS ('team')", "empty"]),
        ("=sk-ant-SECRET", ["entry 1", "name"]),
        ("sk-ant-SECRET=team", ["entry 1", "NAME=KEY"]),
        ("te am=sk-ant-SECRET", ["entry 1", "name"]),
        ("sk-ant-SECRET sk-ant-SECRET", ["entry 1", "white space"]),
        ("sk-ant-SECRET\u{1}", ["entry 1", "control"]),
        ("sk-ant-SECRETé", ["entry 1", "ASCII"]),
        ("\"sk-ant-SECRET\"", ["entry 1", "quote"]),
        ("sk-ant-", ["entry 1", "sk-ant-"]),
        ("ccf_SECRET=sk-ant-SECRET", ["entry 1", "name"]),
        (String(repeating: "n", count: 65) + "=sk-ant-SECRET", ["entry 1", "64"]),
    ]

    @Test("a bad entry is named by its place, never by its key", arguments: faults)
    func namesEntry(_ row: (text: String, says: [String])) {
        let text = message { _ = try names(row.text) }
        #expect(!text.isEmpty)
        for word in row.says { #expect(text.contains(word), "\(text)") }
        #expect(!text.contains("SECRET"), "\(text)")
        #expect(!text.contains("\n"))
    }

    @Test("the accounts of the file come behind those of the variable")
    func file() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/keys"
        try Data("# team\nsk-ant-c\nd=sk-ant-d\n".utf8).write(to: URL(fileURLWithPath: path))
        let environment = AccountsEnvironment(["CLAUDE_API_KEYS": "sk-ant-a", "CLAUDE_API_KEYS_FILE": path])
        #expect(try environment.entries().map(\.account.name) == ["env-1", "env-2", "d"])
        #expect(try environment.entries().map(\.account.credential.secret) == ["sk-ant-a", "sk-ant-c", "sk-ant-d"])
    }

    @Test("a file that can't be read, or has a bad entry, is named")
    func badFile() throws {
        let directory = try TemporaryDirectory()
        let missing = AccountsEnvironment(["CLAUDE_API_KEYS_FILE": directory.path + "/none"])
        let text = message { _ = try missing.entries() }
        for word in ["CLAUDE_API_KEYS_FILE", directory.path + "/none", "No such file"] { #expect(text.contains(word)) }
        let folder = AccountsEnvironment(["CLAUDE_API_KEYS_FILE": directory.path])
        #expect(message { _ = try folder.entries() }.contains("directory"))
        let path = directory.path + "/bad"
        try Data("sk-ant-a\nSECRET\n".utf8).write(to: URL(fileURLWithPath: path))
        let bad = message { _ = try AccountsEnvironment(["CLAUDE_API_KEYS_FILE": path]).entries() }
        #expect(bad.contains("entry 2 of CLAUDE_API_KEYS_FILE \(path)"))
        #expect(!bad.contains("SECRET"))
    }

    @Test("a name or key that occurs twice is told with both places, not with the key")
    func twice() throws {
        func check(_ text: String) -> String {
            message {
                try AccountEntry.checkUnique(try AccountsEnvironment(["CLAUDE_API_KEYS": text]).entries())
            }
        }
        let name = check("a=sk-ant-a,a=sk-ant-b")
        for word in ["'a'", "entry 1", "entry 2"] { #expect(name.contains(word), "\(name)") }
        let key = check("a=sk-ant-SECRET,sk-ant-SECRET")
        for word in ["'a'", "'env-2'", "same key"] { #expect(key.contains(word), "\(key)") }
        #expect(!key.contains("SECRET"))
        let taken = check("env-2=sk-ant-a,sk-ant-b")
        #expect(taken.contains("'env-2'"))
        #expect(check("a=sk-ant-a,b=sk-ant-b") == "")
    }

    @Test("shows no key when it is printed")
    func hides() {
        let environment = AccountsEnvironment(["CLAUDE_API_KEYS": "sk-ant-SECRET"])
        var dumped = ""
        dump(environment, to: &dumped)
        #expect(!"\(environment) \(String(reflecting: environment)) \(dumped)".contains("SECRET"))
    }
}
