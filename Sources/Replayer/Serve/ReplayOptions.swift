/// How a recording is answered from.
public struct ReplayOptions: Sendable {
    /// Whose answers are given.
    public var side = ReplaySide.upstream
    /// The last rung that still is an answer (docs/matching.md).
    public var match = MatchRung.normalised
    /// How fast recorded time passes.
    public var speed = ReplaySpeed.original
    /// The status of an answer to a request that nothing matches.
    public var missStatus = 599
    /// The base URL that requests go on to that nothing matches, in place of an answer with that status.
    public var forward: String?
    /// Whether answers that were all given are given again.
    public var loops = false

    /// The defaults: what `replayer serve` does without flags.
    public init() {}
}
