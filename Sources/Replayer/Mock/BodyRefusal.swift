/// The answer to a request whose body is larger than a mock upstream takes.
enum BodyRefusal {
    /// An error in Anthropic's shape, and the end of the connection: the rest of the body is not waited for.
    static let steps: [AnswerStep] = {
        let body = """
            {"type":"error","error":{"type":"request_too_large",\
            "message":"replayer takes request bodies of at most 64 MiB"}}

            """
        let head = HTTPText.head(
            status: 413,
            headers: [
                ScriptedHeader("content-type", "application/json"),
                ScriptedHeader("content-length", String(body.utf8.count)),
                ScriptedHeader("x-tapedeck-error", "request_too_large"),
                ScriptedHeader("x-should-retry", "false"),
                ScriptedHeader("connection", "close"),
            ]
        )
        return [.write(head + Array(body.utf8)), .closeOutput]
    }()
}
