package import Foundation
import Synchronization

/// A program that was started, with what it writes.
///
/// It is killed when the value goes, and after its deadline, so that no test leaves a process behind or hangs.
package final class RunningProcess: Sendable {
    private let record: ProcessRecord

    /// The number the system knows it by.
    package var pid: pid_t { record.pid }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: the executable.
    ///   - arguments: what follows its name.
    ///   - environment: all variables it gets.
    ///   - directory: where it runs.
    ///   - deadline: when it is killed whatever it does.
    /// - Throws: `ProcessError` when the system does not start it.
    package init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        directory: String,
        deadline: Duration = .seconds(180)
    ) throws {
        let (output, errors, pid) = try RunningProcess.spawning.withLock { _ in
            try RunningProcess.spawn(path, arguments, environment, directory)
        }
        record = ProcessRecord(pid: pid)
        record.collect(output, into: \.output)
        record.collect(errors, into: \.errors)
        record.watch(deadline)
    }

    /// One start at a time, so that no program gets the pipes of another.
    private static let spawning = Mutex(())

    private static func spawn(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ directory: String
    ) throws -> (output: Int32, errors: Int32, pid: pid_t) {
        let (output, errors) = try (RunningProcess.pipe(), RunningProcess.pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
        // A child begins with no signal blocked or ignored, whatever the test runner does.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGPIPE, SIGTERM, SIGINT] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // The shell changes the directory and becomes the program.
        let shell = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, directory, path]
        var words = (shell + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, shell[0], &actions, &attributes, &words, &variables)
        close(output.write)
        close(errors.write)
        guard failure == 0 else {
            close(output.read)
            close(errors.read)
            throw ProcessError(message: "\(path) does not start: \(String(cString: strerror(failure)))")
        }
        return (output.read, errors.read, pid)
    }

    deinit {
        record.signal(SIGKILL)
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Foundation.pipe(&ends) == 0 else { throw ProcessError(message: "the system gives no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Sends a signal, unless the program has ended.
    package func signal(_ number: Int32) {
        record.signal(number)
    }

    /// Waits for a whole line on standard error.
    ///
    /// - Throws: `ProcessError` with everything it wrote when it ends without such a line.
    package func errorLine(startingWith start: String) async throws -> String {
        let line = await record.first { state in
            let whole = state.errors.prefix((state.errors.lastIndex(of: 10) ?? -1) + 1)
            return String(decoding: whole, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(start) }
        }
        if let line { return String(line) }
        throw ProcessError(message: "no line '\(start)…', but: \(await outcome().errors)")
    }

    /// Waits until it has written that many bytes to standard output.
    package func output(atLeast count: Int) async -> String {
        let bytes = await record.first { $0.output.count >= count ? $0.output : nil }
        return String(decoding: bytes ?? [], as: UTF8.self)
    }

    /// Waits for the end.
    package func outcome() async -> ProcessOutcome {
        let outcome = await record.first { state in
            state.isOver
                ? ProcessOutcome(
                    code: state.code ?? -1,
                    output: String(decoding: state.output, as: UTF8.self),
                    errors: String(decoding: state.errors, as: UTF8.self)
                ) : nil
        }
        return outcome ?? ProcessOutcome(code: -1, output: "", errors: "")
    }
}
