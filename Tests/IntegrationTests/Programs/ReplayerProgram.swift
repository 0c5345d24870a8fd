import Foundation
import TestSupport

/// `replayer serve` as a process, on a free port.
final class ReplayerProgram: Sendable {
    let process: RunningProcess
    let port: Int

    /// Starts it and waits until it listens.
    static func serve(_ arguments: [String], in directory: TemporaryDirectory) async throws -> ReplayerProgram {
        let process = try RunningProcess(
            try Program.replayer.path,
            ["serve"] + arguments,
            environment: [:],
            directory: directory.path
        )
        let line = try await process.errorLine(startingWith: "listening on http://127.0.0.1:")
        guard let port = line.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw ProcessError(message: "no port in '\(line)'")
        }
        return ReplayerProgram(process, port: port)
    }

    private init(_ process: RunningProcess, port: Int) {
        self.process = process
        self.port = port
    }

    /// Ends it in order; its last line of output is the result line.
    func stop() async -> ProcessOutcome {
        process.signal(SIGTERM)
        return await process.outcome()
    }

    /// Sends a request of its own connection and reads the answer to its end.
    func post(_ body: String) async throws -> (response: RawResponse, end: RawClient.End?) {
        let client = try await RawClient.connect(port)
        try await client.send(ProxyProgram.request(body))
        let response = await client.readResponse()
        return (response, client.end)
    }
}
