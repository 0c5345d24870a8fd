/// Whose answers a recording gives.
public enum ReplaySide: String, Sendable, CaseIterable {
    /// What upstreams answered to each attempt, errors included: for a proxy in front.
    case upstream
    /// What clients got in the end.
    case client
}
