/// An error of the `Replayer` module: what went wrong, and what to do about it.
package struct ReplayerError: Error, CustomStringConvertible {
    /// What kind of error it is; new codes may be added at any time.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The scenario file can't be read.
        package static let unreadableScenario = Code(description: "unreadable_scenario")
        /// The scenario file was read and is not valid.
        package static let invalidScenario = Code(description: "invalid_scenario")
        /// The address can't be listened on.
        package static let cannotListen = Code(description: "cannot_listen")
        /// A URL to send requests to is none.
        package static let invalidTarget = Code(description: "invalid_target")
        /// A recording has nothing to answer with.
        package static let emptyRecording = Code(description: "empty_recording")
        /// A recorded answer can't be given again.
        package static let unplayableAnswer = Code(description: "unplayable_answer")
        /// The mock upstream was started twice, or again after a stop.
        package static let alreadyStarted = Code(description: "already_started")

        /// The code's stable name.
        package let description: String
    }

    /// What kind of error it is.
    package let code: Code
    /// One sentence for people, naming the file, line or address.
    package let message: String
    /// The error underneath, when there is one.
    package let cause: (any Error)?

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, with the cause when there is one.
    package var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}
