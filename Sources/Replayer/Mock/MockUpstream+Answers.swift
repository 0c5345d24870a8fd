import Inspector

/// Mock upstreams by what they answer with.
extension MockUpstream {
    /// Makes a mock upstream that answers from a recording and doesn't listen yet.
    ///
    /// - Parameters:
    ///   - path: A bundle file, or the directory of a store.
    ///   - options: How to answer.
    ///   - host: The address to listen on.
    ///   - port: The port to listen on; 0 takes a free one.
    /// - Throws: `StoreError` or `ReplayerError` when there is nothing to answer from.
    public convenience init(
        recording path: String,
        options: ReplayOptions = ReplayOptions(),
        host: String = "127.0.0.1",
        port: Int = 0
    ) throws {
        let answers = try RecordedAnswers(try Sources.open([path]), options: options)
        self.init(answers: answers, host: host, port: port)
    }

    /// Makes a mock upstream that plays a scenario file (docs/scenarios.md) and doesn't listen yet.
    ///
    /// - Parameters:
    ///   - path: The YAML file.
    ///   - host: The address to listen on.
    ///   - port: The port to listen on; 0 takes a free one.
    /// - Throws: `ReplayerError` that names file, line and column of what is wrong.
    public convenience init(scenarioFile path: String, host: String = "127.0.0.1", port: Int = 0) throws {
        self.init(scenario: try Scenario.load(path: path), host: host, port: port)
    }

    /// Makes a mock upstream that plays a scenario and doesn't listen yet.
    package convenience init(
        scenario: Scenario,
        host: String = "127.0.0.1",
        port: Int = 0,
        eventLoopThreads: Int = 1,
        keepsRequests: Bool = true,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.init(
            answers: ScenarioPlayer(scenario),
            host: host,
            port: port,
            eventLoopThreads: eventLoopThreads,
            keepsRequests: keepsRequests,
            report: report
        )
    }

    /// Starts a mock upstream, runs the body and stops it, also when the body throws.
    ///
    /// - Parameters:
    ///   - scenario: Which answers it gives.
    ///   - body: What to do while it listens.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or `ReplayerError` when the port can't be listened on.
    package static func run<Result>(
        _ scenario: Scenario,
        _ body: (MockUpstream) async throws -> Result
    ) async throws -> Result {
        let mock = MockUpstream(scenario: scenario)
        try await mock.start()
        do {
            let result = try await body(mock)
            try await mock.stop()
            return result
        } catch {
            // The body's error says more than one of the stop would.
            try? await mock.stop()
            throw error
        }
    }
}
