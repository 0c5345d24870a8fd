import Recorder

/// Whose credentials a request carries upstream.
enum OutgoingCredentials {
    /// The client's own, but for the lines that held a key of this proxy's.
    case client(withoutLines: [Int])
    /// An account's; nothing of the client's goes with it.
    case account(Account)

    /// A header line with a credential.
    struct Header {
        var isBearer: Bool
        var value: String

        var name: String { isBearer ? "authorization" : "x-api-key" }

        func hasName(_ other: UnsafeRawBufferPointer) -> Bool {
            other.isEqualIgnoringCase(isBearer ? "authorization" : "x-api-key")
        }
    }

    var isAccount: Bool {
        if case .account = self { return true }
        return false
    }

    /// Whether a credential line of the client's goes upstream.
    func passes(_ line: Int) -> Bool {
        if case .client(let without) = self { return !without.contains(line) }
        return false
    }

    /// The one line that carries the account's credential.
    ///
    /// An OAuth token goes as Bearer only; a key in the header that the account is set to, else in the one that the client
    /// used, else in `x-api-key`.
    func header(insteadOf head: HTTPHead) -> Header? {
        guard case .account(let account) = self else { return nil }
        let secret = account.credential.secret
        let isBearer: Bool
        switch account.auth {
        case _ where account.credential.isOAuth, .bearer?: isBearer = true
        case .xAPIKey?: isBearer = false
        case nil:
            let first = head.lines.first { $0.known == .credential }
            isBearer = first.map { head.withBytes($0.name) { $0.isEqualIgnoringCase("authorization") } } ?? false
        }
        return Header(isBearer: isBearer, value: isBearer ? "Bearer " + secret : secret)
    }
}
