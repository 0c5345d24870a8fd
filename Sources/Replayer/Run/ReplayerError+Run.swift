extension ReplayerError.Code {
    /// Nothing answers at the address of `replayer run --to`.
    package static let unreachable = ReplayerError.Code(description: "unreachable")
    /// A selection names nothing that was recorded.
    package static let unknownSelection = ReplayerError.Code(description: "unknown_selection")
    /// The bundle of the new run can't be written.
    package static let cannotRecord = ReplayerError.Code(description: "cannot_record")
    /// The terminal or file that output goes to refuses it.
    package static let output = ReplayerError.Code(description: "output")
    /// The HTTP client can't be set up.
    package static let noClient = ReplayerError.Code(description: "no_client")
}
