import Recorder

/// Who may read the pages under `/api/`: with `ADMIN_TOKEN` whoever bears it, else whoever is on this machine.
struct APIAccess: Sendable {
    let token: AdminToken?
    /// Whether the proxy listens on this machine only.
    let isLoopback: Bool

    /// Whether a path lies under `/api`, as the router splits it: empty parts count for nothing.
    static func covers(_ path: some StringProtocol) -> Bool {
        path.split(separator: "/").first?.lowercased() == "api"
    }

    /// Judges a request for such a page.
    ///
    /// - Parameters:
    ///   - host: the value of `Host`.
    ///   - authorization: the value of `Authorization`.
    /// - Returns: the answer to one that may not read the page, or `nil`.
    func refusal(host: String?, authorization: String?) -> ProxyAnswer? {
        // A page on the web can let its own name lead to this machine and have its visitor's browser ask here; the
        // name then stands in Host.
        if isLoopback, token == nil, !LoopbackAddress.containsHost(host ?? "") {
            return ProxyAnswer(
                status: 403,
                code: .hostNotAllowed,
                message: "ask for this page as localhost, 127.0.0.1 or [::1]"
            )
        }
        guard let token else {
            guard !isLoopback else { return nil }
            return ProxyAnswer(
                status: 403,
                code: .adminTokenInvalid,
                message: "this page needs ADMIN_TOKEN to be set where others can reach the proxy"
            )
        }
        if let authorization, token.isBorne(by: authorization) { return nil }
        return ProxyAnswer(
            status: 401,
            code: .adminTokenInvalid,
            message: "this page wants Authorization: Bearer with the value of ADMIN_TOKEN",
            extraLines: [HeaderField("www-authenticate", "Bearer")]
        )
    }
}
