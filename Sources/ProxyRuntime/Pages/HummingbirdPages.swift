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
    init(health: HealthPage, accounts: AccountsPage, access: APIAccess, logger: Logger) {
        let router = Router(context: PageContext.self)
        router.add(middleware: PageErrors(access: access))
        router.get("health") { _, _ in try health.response() }
        router.head("health") { _, _ in try health.response() }
        router.get("api/accounts") { _, _ in accounts.response() }
        router.head("api/accounts") { _, _ in accounts.response() }
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
            return PageErrors.page(
                ProxyAnswer(status: 500, code: .internalError, message: "the page could not be made")
            )
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

/// Collects a response's body.
private final class CollectingWriter: ResponseBodyWriter {
    var collected = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        collected.writeImmutableBuffer(buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
