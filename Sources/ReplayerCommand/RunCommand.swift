import ArgumentParser
import Foundation
import Inspector
import Recorder
import Replayer

/// `replayer run`: sends recorded requests again and compares the answers.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Send recorded requests again and compare what comes back.",
        discussion: """
            Prints a line for each exchange whose answer is another one, and a result line. Exit code 0: all the same, \
            1: something differs, was not sent or nothing is selected, 2: an error.

            Requests of a session keep their order; sessions run side by side. Secrets were masked when they were \
            recorded: the key comes from --key-env, and a request that needs another one is reported and not sent. \
            Each request carries x-tapedeck-replay, so that a recording proxy does not count it as spend.

            A host other than 127.0.0.0/8, ::1 and localhost needs --live and --max-cost. A proxy on this machine in \
            front of a live upstream needs neither, and what it passes on costs real money: add --max-cost.

            The first SIGINT or SIGTERM stops it: what came so far is written and counted, and the exit code is 1. The \
            second one ends it at once.
            """
    )

    @Argument(
        help: ArgumentHelp("Bundle files, or the directory of a store; by default the store.", valueName: "source")
    )
    var sources: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where to send the requests: http://HOST:PORT or https://HOST, with a path or without.",
            valueName: "url"
        )
    )
    var to: String

    @Option(
        help: ArgumentHelp(
            "How fast recorded time passes: orig, max, or a factor such as 10x or 2.5x.",
            valueName: "speed"
        )
    )
    var speed = "max"

    @Option(help: ArgumentHelp("How many requests may be on their way at once, 1 to 1000.", valueName: "n"))
    var concurrency = 8

    @OptionGroup var selection: SelectionOptions

    @Option(
        help: ArgumentHelp(
            "The variable that holds the key to send; ANTHROPIC_API_KEY for a live host.",
            valueName: "name"
        )
    )
    var keyEnv: String?

    @Option(help: ArgumentHelp("A header to add or replace, 'Name: value'; may be repeated.", valueName: "header"))
    var header: [String] = []

    @Flag(help: "Allow a host that is not on this machine.")
    var live = false

    @Option(
        help: ArgumentHelp("Stop before the requests may have cost more than this, in US dollars.", valueName: "usd")
    )
    var maxCost: String?

    @Option(help: ArgumentHelp("A PEM file of the authorities to trust instead of the system's.", valueName: "file"))
    var caFile: String?

    @Flag(name: .customLong("http1"), help: "Speak HTTP/1.1 even where TLS would agree on HTTP/2.")
    var speaksHTTP1 = false

    @Flag(help: "Print what would be sent, how long it would take and what it would cost at most.")
    var dryRun = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the new run as a bundle; the name ends in .tar.zst, .tgz or .zip.", valueName: "file")
    )
    var output: String?

    @Flag(help: "Replace the file of -o if it is there.")
    var force = false

    @Flag(help: "Print one JSON object a line for each exchange.")
    var json = false

    func validate() throws {
        _ = try settings()
        _ = try selection.selection()
    }

    func run() async throws {
        var settings = try settings()
        settings.additions = try additions(for: settings.target)
        let source = try selection.open(sources)
        let rows = try selection.selection().rows(of: source)
        guard !rows.isEmpty else {
            StandardError.print("replayer: nothing is selected that could be sent again")
            throw ExitCode(1)
        }
        let plan = RunPlan(rows, speed: settings.speed)
        if dryRun { return try show(RunEstimate(plan, from: source, settings: settings), settings.target) }
        let recording = try output.map { try RunRecording(path: $0) }
        let cleanup = InterruptCleanup(removing: recording?.folder)
        defer { cleanup.cancel() }
        do {
            let isSame = try await send(plan, from: source, settings, recording, until: cleanup.interruptions)
            try await recording?.finish()
            if !isSame { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            await recording?.discard()
            throw error
        }
    }

    private func send(
        _ plan: RunPlan,
        from source: any ExchangeSource,
        _ settings: RunSettings,
        _ recording: RunRecording?,
        until interruptions: AsyncStream<Void>
    ) async throws -> Bool {
        let run = try ReplayRun(plan, from: source, settings: settings, recording: recording)
        var progress = ProgressBar(total: plan.steps.count)
        var writer = JSONWriter()
        var madeUp = 0
        var left = 0
        let tally = try await run.run(until: interruptions) { result in
            progress.clear()
            madeUp += result.madeUpIDs
            if json {
                writer.removeAll()
                result.write(into: &writer)
                try StandardOutput.write(writer.bytes)
            } else if result.unsent == RunResult.interruption {
                // Thousands of lines would hide the others.
                left += 1
            } else if !result.rung.isSame {
                try StandardOutput.write(Array("\(result.line)\n".utf8))
            }
            progress.advance(differs: !result.rung.isSame)
        }
        progress.clear()
        if run.isInterrupted {
            StandardError.print("interrupted\(left > 0 ? ": \(left) of \(plan.steps.count) were not sent" : "")")
        }
        if madeUp > 0 {
            StandardError.print("sent \(madeUp) made-up ids and e-mail addresses in the place of masked ones")
        }
        if let spent = run.spent { StandardError.print("spent at most $\(Decimals.dollars(spent))") }
        // Beside JSON lines it would be no JSON.
        if json { StandardError.print(tally.line) } else { try StandardOutput.write(Array("\(tally.line)\n".utf8)) }
        return tally.isSame && !run.isInterrupted
    }

    private func show(_ estimate: RunEstimate, _ target: ReplayTarget) throws {
        var writer = JSONWriter()
        if json { estimate.write(into: &writer) }
        let lines = estimate.lines(to: target).map { "\($0)\n" }.joined()
        try StandardOutput.write(json ? writer.bytes : Array(lines.utf8))
    }

    // MARK: - Options

    private func settings() throws -> RunSettings {
        guard let target = ReplayTarget(to) else {
            throw ValidationError(
                "The value '\(to)' is invalid for '--to <url>': write http://HOST:PORT or https://HOST."
            )
        }
        var settings = RunSettings(target: target)
        guard let speed = ReplaySpeed(speed) else {
            throw ValidationError(
                "The value '\(self.speed)' is invalid for '--speed <speed>': write orig, max, 10x or 2.5x."
            )
        }
        settings.speed = speed
        guard (1...1000).contains(concurrency) else {
            throw ValidationError(
                "The value '\(concurrency)' is invalid for '--concurrency <n>': it must be 1 to 1000."
            )
        }
        settings.concurrency = concurrency
        if let maxCost {
            let amount = Array(maxCost.utf8).withUnsafeBytes { Decimals.picodollars($0) }
            guard let amount, amount >= 0 else {
                throw ValidationError(
                    "The value '\(maxCost)' is invalid for '--max-cost <usd>': write dollars, such as 1.50."
                )
            }
            settings.maxCost = amount
        }
        // A plan sends nothing, and tells what to allow.
        if !target.isLoopback, !dryRun, !live || maxCost == nil {
            throw ValidationError(
                "\(target.host) is not on this machine: sending there needs both --live and --max-cost <usd>."
            )
        }
        if let output, BundleContainer(path: output) == nil {
            throw ValidationError(
                "The value '\(output)' is invalid for '-o <file>': let it end in \(BundleContainer.endings)."
            )
        }
        if let output, !force, FileManager.default.fileExists(atPath: output) {
            throw ValidationError("\(output) is there already: choose another name for -o, or add --force.")
        }
        settings.authorityFile = caFile
        settings.speaksHTTP1 = speaksHTTP1
        return settings
    }

    private func additions(for target: ReplayTarget) throws -> ReplayRequest.Additions {
        var additions = ReplayRequest.Additions()
        for text in header {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts.first.map { String($0) } ?? ""
            guard parts.count == 2, !name.isEmpty, !name.contains(where: { $0.isWhitespace }) else {
                throw ValidationError("The value '\(name)' is invalid for '--header <header>': write 'Name: value'.")
            }
            let value = String(parts[1]).trimmingSpaces
            guard !PlaceholderScan.holds(value) else {
                throw ValidationError("The header \(name) of '--header' holds a placeholder: write what was masked.")
            }
            additions.headers.append(HeaderField(name, value))
        }
        if let keyEnv {
            guard let key = Environment.variable(keyEnv), !key.isEmpty else {
                throw ValidationError("The variable \(keyEnv) of '--key-env <name>' is not set, or empty.")
            }
            guard !PlaceholderScan.holds(key) else {
                throw ValidationError("The variable \(keyEnv) of '--key-env <name>' holds a placeholder and no key.")
            }
            additions.key = key
        } else if !target.isLoopback {
            additions.key = Environment.variable("ANTHROPIC_API_KEY").flatMap { $0.isEmpty ? nil : $0 }
        }
        let names = additions.headers.map { $0.name.lowercased() }
        let hasCredential = additions.key != nil || names.contains("x-api-key") || names.contains("authorization")
        // The recorded one was masked: every answer would be a 401.
        guard target.isLoopback || dryRun || hasCredential else {
            throw ValidationError(
                "There is no key for \(target.host): set ANTHROPIC_API_KEY, or name a variable with --key-env <name>."
            )
        }
        return additions
    }
}
