import CurlSupport
import Recorder

/// Sends requests that no recorded answer is left for to a live upstream, because its user asked for that.
///
/// The answer is passed on when it is whole.
package final class Forwarder: Sendable {
    private let target: ReplayTarget
    private let client: CurlClient
    private let limits: CurlLimits

    /// Makes a forwarder.
    ///
    /// - Parameters:
    ///   - url: the upstream's base URL.
    ///   - silence: how long nothing may move until the transfer is given up.
    /// - Throws: `ReplayerError` for what is no URL, or when libcurl can't be started.
    package init(to url: String, silence: Duration = .seconds(600)) throws {
        guard let target = ReplayTarget(url) else {
            throw ReplayerError(.invalidTarget, "'\(url)' is no http:// or https:// URL to forward to")
        }
        self.target = target
        client = try CurlClient()
        limits = CurlLimits(connect: .seconds(30), silence: silence)
    }

    /// The steps that give the upstream's answer to a request.
    func steps(for request: ForwardedMiss) async -> [AnswerStep] {
        let answer = await client.perform(
            CurlRequest(
                method: request.method,
                url: target.base + request.uri,
                headers: Self.endToEnd(request.headers, without: ["host", "content-length", "expect"])
                    .map { CurlHeader($0.name, $0.value) },
                body: request.body.isEmpty ? nil : request.body,
                version: .http11,
                limits: limits
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
        let hasBody = !isHead && status != 204 && status != 304
        let headers =
            Self.endToEnd(
                answer.headers.map { ScriptedHeader($0.name, $0.value) },
                without: isHead ? [] : ["content-length"]
            )
            + (hasBody ? [ScriptedHeader("content-length", String(answer.body.count))] : [])
        var steps = [AnswerStep.write(HTTPText.head(status: status, headers: headers) + answer.body)]
        // An answer that came in part must not look whole.
        if answer.end != .complete { steps.append(.reset) }
        return steps
    }

    /// The headers that are for the other end, not for the connection they came on.
    private static func endToEnd(_ headers: [ScriptedHeader], without others: Set<String>) -> [ScriptedHeader] {
        let connection = headers.filter { $0.isNamed("connection") }.map(\.value)
        // And what Tapedeck's own programs, or a client and the proxy it knows, tell each other.
        let skipped = ConnectionHeaders.names(connection).union(others)
            .union(["proxy-authorization", ReplayMark.header])
        return headers.filter { !skipped.contains($0.name.lowercased()) }
    }
}
