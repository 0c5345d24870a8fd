package import Recorder

/// The token that the proxy's own pages ask for; only its hash is kept.
package struct AdminToken: Sendable {
    private let digest: Digest

    /// Fewer characters could be guessed.
    package static let minimumLength = 16

    /// Checks and takes a token.
    ///
    /// - Throws: `SettingsError` naming the variable, never the token.
    package init(_ token: String, setting: String) throws(SettingsError) {
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw SettingsError(message: "\(setting) has white space, control or non-ASCII characters in it")
        }
        guard token.utf8.count >= AdminToken.minimumLength else {
            throw SettingsError(
                message: "\(setting) is too short: it has to have \(AdminToken.minimumLength) characters or more"
            )
        }
        digest = AdminToken.digest(token)
    }

    /// Whether a value of `Authorization` bears the token, found out in the same time whatever it is.
    func isBorne(by authorization: String) -> Bool {
        let scheme = "bearer "
        guard authorization.prefix(scheme.utf8.count).equalsIgnoringCase(scheme) else { return false }
        let token = String(authorization.dropFirst(scheme.utf8.count)).trimmingSpaces
        return digest.difference(AdminToken.digest(token)) == 0
    }

    private static func digest(_ token: String) -> Digest {
        var token = token
        return token.withUTF8 { Digest(of: UnsafeRawBufferPointer($0)) }
    }
}
