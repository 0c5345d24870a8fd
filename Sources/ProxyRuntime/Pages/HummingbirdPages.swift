import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Recorder

/// Serves the pages with Hummingbird, in-process: requests come from the data plane's own connections, on its port.
struct HummingbirdPages: PageResponder {
    private let responder: any HTTPResponder<PageContext>
    private let logger: Logger

    /// Builds the pages.
    init(health: HealthPage, logger: Logger) {
        let router = Router(context: PageContext.self)
        router.add(middleware: PageErrors())
        router.get("health") { _, _ in try health.response() }
        router.head("health") { _, _ in try health.response() }
        responder = router.buildResponder()
        self.logger = logger
    }

    func respond(to page: PageRequest) async -> PageAnswer {
        var fields = HTTPFields()
        for (name, value) in page.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let head = HTTPRequest(
            method: HTTPRequest.Method(rawValue: page.method) ?? .get,
            scheme: "http",
            authority: page.headers.first { $0.name.equalsIgnoringCase("host") }?.value,
            path: page.target,
            headerFields: fields
        )
        let request = Request(head: head, body: RequestBody(buffer: page.body))
        do {
            let response = try await responder.respond(
                to: request,
                context: PageContext(source: PageSource(logger: logger))
            )
            let writer = CollectingWriter()
            try await response.body.write(writer)
            return PageAnswer(
                status: response.status.code,
                reason: response.status.reasonPhrase,
                headers: response.headers.filter { $0.name != .contentLength }.map { ($0.name.rawName, $0.value) },
                body: writer.collected
            )
        } catch {
            logger.error("a page failed", metadata: ["page.error": "\(type(of: error))"])
            return PageErrors.answer(500, .internalError, "the page could not be made")
        }
    }
}

/// The context of a page's request: Hummingbird's, without a channel.
struct PageContext: RequestContext {
    typealias Source = PageSource

    var coreContext: CoreRequestContextStorage

    init(source: PageSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

/// What a page's context is made from.
struct PageSource: RequestContextSource {
    let logger: Logger
}

/// Gives errors of the pages Anthropic's shape, as all errors of the proxy have it.
private struct PageErrors: RouterMiddleware {
    @concurrent
    func handle(
        _ request: Request,
        context: PageContext,
        next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            let status = error.status.code
            let code: ProxyAnswer.Code = status == 404 ? .notFound : .badRequest
            let message =
                status == 404
                ? "nothing is at \(request.uri.path): requests to be proxied begin with /v1/"
                : error.status.reasonPhrase
            let answer = PageErrors.answer(status, code, message)
            var headers = HTTPFields()
            for (name, value) in answer.headers {
                if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
            }
            return Response(status: error.status, headers: headers, body: ResponseBody(byteBuffer: answer.body))
        }
    }

    static func answer(_ status: Int, _ code: ProxyAnswer.Code, _ message: String) -> PageAnswer {
        let answer = ProxyAnswer(status: status, code: code, message: message)
        let body = ByteBuffer(string: answer.body(requestID: nil))
        return PageAnswer(
            status: status,
            reason: answer.reason,
            headers: [("Content-Type", "application/json"), ("x-tapedeck-error", code.rawValue)],
            body: body
        )
    }
}

/// Collects a response's body.
private final class CollectingWriter: ResponseBodyWriter {
    var collected = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        collected.writeImmutableBuffer(buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
