import CurlSupport
import Recorder

/// Sends requests that no recorded answer is left for to a live upstream, because its user asked for that.
///
/// The answer is passed on when it is whole.
package final class Forwarder: Sendable {
    private let target: ReplayTarget
    private let client: CurlClient

    /// Makes a forwarder.
    ///
    /// - Parameter url: the upstream's base URL.
    /// - Throws: `ReplayerError` for what is no URL, or when libcurl can't be started.
    package init(to url: String) throws {
        guard let target = ReplayTarget(url) else {
            throw ReplayerError(.invalidTarget, "'\(url)' is no http:// or https:// URL to forward to")
        }
        self.target = target
        client = try CurlClient()
    }

    /// The steps that give the upstream's answer to a request.
    func steps(for request: ForwardedMiss) async -> [AnswerStep] {
        let skipped = ["host", "connection", "keep-alive", "transfer-encoding", "content-length", "expect", "te"]
        let answer = await client.perform(
            CurlRequest(
                method: request.method,
                url: target.base + request.uri,
                headers: request.headers.filter { header in !skipped.contains { header.isNamed($0) } }
                    .map { CurlHeader($0.name, $0.value) },
                body: request.body.isEmpty ? nil : request.body,
                version: .http11
            )
        )
        guard let status = answer.status else {
            let reason = answer.end.reason ?? "no answer"
            return MissReport(
                request: "\(request.method) \(request.uri)",
                reason: "not forwarded: \(reason)",
                nearest: []
            )
            .steps(status: 599, isHead: request.method == "HEAD")
        }
        // The length that a HEAD is told is not that of its own answer.
        let isHead = request.method == "HEAD"
        let framing = ["connection", "keep-alive", "transfer-encoding"] + (isHead ? [] : ["content-length"])
        let hasBody = !isHead && status != 204 && status != 304
        let headers =
            answer.headers.map { ScriptedHeader($0.name, $0.value) }
            .filter { header in !framing.contains { header.isNamed($0) } }
            + (hasBody ? [ScriptedHeader("content-length", String(answer.body.count))] : [])
        var steps = [AnswerStep.write(HTTPText.head(status: status, headers: headers) + answer.body)]
        // An answer that came in part must not look whole.
        if answer.end != .complete { steps.append(.reset) }
        return steps
    }
}

/// A request that is sent on as it came.
package struct ForwardedMiss: Hashable, Sendable {
    /// The method.
    package var method: String
    /// The path with the query.
    package var uri: String
    /// The header lines.
    package var headers: [ScriptedHeader]
    /// The body.
    package var body: [UInt8]
}
