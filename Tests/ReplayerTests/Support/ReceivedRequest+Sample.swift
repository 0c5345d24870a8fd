@testable import Replayer

extension ReceivedRequest {
    /// A request as the seventh of a run.
    static func sample(
        method: String = "POST",
        uri: String = "/v1/messages",
        headers: [ScriptedHeader] = [],
        body: String = "",
        keepsAlive: Bool = true
    ) -> ReceivedRequest {
        ReceivedRequest(
            method: method,
            uri: uri,
            headers: headers,
            body: Array(body.utf8),
            connection: 1,
            index: 7,
            keepsAlive: keepsAlive
        )
    }
}
