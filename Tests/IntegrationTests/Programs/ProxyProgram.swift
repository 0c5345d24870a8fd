import Foundation
import TestSupport

/// `proxy serve` as a process, on a free port, with a store of its own.
final class ProxyProgram: Sendable {
    let process: RunningProcess
    let port: Int
    let home: String

    /// Starts the proxy and waits until it listens.
    ///
    /// - Parameters:
    ///   - upstream: the URL that requests go to.
    ///   - directory: where it runs; the store is made in it.
    ///   - arguments: more flags.
    ///   - environment: more variables.
    /// - Returns: the proxy that listens.
    /// - Throws: `ProcessError` with what it said when it does not start.
    static func start(
        upstream: String,
        in directory: TemporaryDirectory,
        _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> ProxyProgram {
        let home = directory.path + "/store"
        let process = try RunningProcess(
            try Program.proxy.path,
            ["serve", "--port", "0", "--home", home, "--upstream", upstream] + arguments,
            environment: environment,
            directory: directory.path
        )
        let line = try await process.errorLine(startingWith: "listening on http://127.0.0.1:")
        guard let port = line.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw ProcessError(message: "no port in '\(line)'")
        }
        return ProxyProgram(process, port: port, home: home)
    }

    private init(_ process: RunningProcess, port: Int, home: String) {
        self.process = process
        self.port = port
        self.home = home
    }

    /// Ends the proxy in order.
    func stop() async -> ProcessOutcome {
        process.signal(SIGTERM)
        return await process.outcome()
    }

    /// Sends a request of its own connection and reads the answer to its end.
    func post(_ body: String, headers: [String] = []) async throws -> RawResponse {
        let client = try await RawClient.connect(port)
        try await client.send(ProxyProgram.request(body, headers: headers))
        return await client.readResponse()
    }

    static func request(_ body: String, headers: [String] = []) -> String {
        let lines =
            ["Host: localhost", "Content-Type: application/json", "Content-Length: \(body.utf8.count)"] + headers
        return "POST /v1/messages HTTP/1.1\r\n" + lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}

extension Program {
    /// Runs the program to its end in a directory, with no environment but what is given.
    func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        in directory: TemporaryDirectory
    ) async throws -> ProcessOutcome {
        let process = try RunningProcess(
            try path,
            arguments,
            environment: environment,
            directory: directory.path,
            deadline: .seconds(120)
        )
        return await process.outcome()
    }
}
