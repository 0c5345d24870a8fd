import Recorder

extension Exchange {
    /// How the client's connection brought the answer to its end.
    ///
    /// `ending` tells how the upstream's did. When that broke, the client got a proper end behind an error of the proxy's
    /// own, be it an answer or the last event of a stream, and a connection that was closed before the end otherwise.
    var clientEnding: Ending {
        guard let response, [.reset, .truncated, .timeout].contains(ending) else { return ending }
        let passedOn = attempts.last?.response?.body.wireLength ?? 0
        return response.body.wireLength > passedOn ? .complete : .truncated
    }
}
