/// An interim answer (1xx) that goes out before the final one.
package struct InterimAnswer: Sendable, Hashable {
    /// The status code, 100 to 199.
    package var status: Int
    /// Headers in wire order.
    package var headers: [ScriptedHeader]

    /// Makes an interim answer; 103 is "early hints".
    package init(status: Int = 103, headers: [ScriptedHeader] = []) {
        self.status = status
        self.headers = headers
    }
}
