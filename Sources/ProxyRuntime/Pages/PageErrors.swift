import HTTPTypes
import Hummingbird
import NIOCore

/// Gives errors of the pages Anthropic's shape, as all errors of the proxy have it, and refuses those who may not read.
struct PageErrors: RouterMiddleware {
    let access: APIAccess

    @concurrent
    func handle(
        _ request: Request,
        context: PageContext,
        next: @concurrent (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        if APIAccess.covers(request.uri.path),
            let refusal = access.refusal(
                host: request.head.authority,
                authorization: request.headers[values: .authorization].first
            )
        {
            return PageErrors.response(refusal)
        }
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            let status = error.status.code
            let code: ProxyAnswer.Code = status == 404 ? .notFound : .badRequest
            let message =
                status == 404
                ? "nothing is at \(request.uri.path): requests to be proxied begin with /v1/"
                : error.status.reasonPhrase
            return PageErrors.response(ProxyAnswer(status: status, code: code, message: message))
        }
    }

    private static func response(_ answer: ProxyAnswer) -> Response {
        let page = PageErrors.page(answer)
        var headers = HTTPFields()
        for (name, value) in page.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        return Response(
            status: HTTPResponse.Status(code: page.status, reasonPhrase: page.reason),
            headers: headers,
            body: ResponseBody(byteBuffer: page.body)
        )
    }

    /// An answer of the proxy's own as a page.
    static func page(_ answer: ProxyAnswer) -> PageAnswer {
        PageAnswer(
            status: answer.status,
            reason: answer.reason,
            headers: [("Content-Type", "application/json"), ("x-tapedeck-error", answer.code.rawValue)]
                + answer.extraLines.map { ($0.name, $0.value) },
            body: ByteBuffer(string: answer.body(requestID: nil))
        )
    }
}
