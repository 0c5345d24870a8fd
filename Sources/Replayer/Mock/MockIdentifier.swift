/// The ids in the answers of a mock upstream: made from the number of the request, so that every run has the same.
enum MockIdentifier {
    /// A `request-id`.
    static func request(_ index: Int) -> String { "req_mock" + digits(index) }

    /// A message's id.
    static func message(_ index: Int) -> String { "msg_mock" + digits(index) }

    /// A tool call's id.
    static func toolUse(_ index: Int) -> String { "toolu_mock" + digits(index) }

    private static func digits(_ index: Int) -> String {
        let text = String(index)
        return String(repeating: "0", count: max(0, 6 - text.count)) + text
    }
}
