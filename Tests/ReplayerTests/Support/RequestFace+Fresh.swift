@testable import Replayer

extension RequestFace {
    /// A face of a request whose parts nobody saw before.
    init(method: String, path: String, query: String?, body: [UInt8]) {
        var parts = PartForms()
        self.init(method: method, path: path, query: query, body: body, parts: &parts)
    }
}
