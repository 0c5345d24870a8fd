/// What a name says about the value next to it.
enum CredentialName {
    /// A name that people give to a password.
    case password
    /// `access_token`, `refresh_token`, `id_token`: always secret, whatever the value looks like.
    case oauth
    /// A key, token or secret.
    case secret
    /// `authorization`: a value may begin with a scheme.
    case authorization

    private static let passwordEndings = ["password", "passwd", "pwd", "passphrase", "passcode"].map { Array($0.utf8) }
    private static let oauthEndings = ["accesstoken", "refreshtoken", "idtoken"].map { Array($0.utf8) }
    private static let secretEndings = [
        "secret", "secretkey", "secretaccesskey", "credential", "credentials", "secretvalue", "secrettoken", "apikey",
        "accesskey", "privatekey", "authkey", "signingkey", "encryptionkey", "masterkey", "accountkey",
        "subscriptionkey", "consumerkey", "sharedkey", "storagekey", "deploykey", "licensekey", "sessionkey",
        "webhookkey", "servicekey", "clientkey", "serverkey", "adminkey", "userkey", "appkey",
    ].map { Array($0.utf8) }
    private static let tokenEnding = Array("token".utf8)
    /// What in front of `token` makes it a position, a count or a symbol rather than a credential.
    private static let harmlessTokens = [
        "page", "next", "continuation", "pagination", "cancel", "cancellation", "eos", "bos", "pad", "unk", "sep",
        "mask", "cls", "stop", "special", "sync", "per", "max", "min", "first", "last", "start", "end", "current",
        "input", "output", "resume", "image", "prompt", "completion", "each", "previous", "prev", "begin", "think",
        "syntax", "string", "number", "word", "single", "change", "idempotency",
    ].map { Array($0.utf8) }
    private static let authorizationEnding = Array("authorization".utf8)
    private static let authEnding = Array("auth".utf8)
    private static let passEnding = Array("pass".utf8)

    /// Classifies a name as it stands in the text, such as `AWS_SECRET_ACCESS_KEY` or `x-api-key`.
    ///
    /// - Returns: `nil` when the name promises nothing.
    init?(_ name: ArraySlice<UInt8>) {
        var letters: [UInt8] = []
        letters.reserveCapacity(name.count)
        for byte in name where ByteClass.isAlphanumeric(byte) {
            letters.append(ByteClass.isUpper(byte) ? byte | 0x20 : byte)
        }
        while let last = letters.last, ByteClass.isDigit(last) { letters.removeLast() }
        func ends(_ ending: [UInt8]) -> Bool {
            letters.count >= ending.count && letters[(letters.count - ending.count)...].elementsEqual(ending)
        }
        if CredentialName.oauthEndings.contains(where: ends) {
            self = .oauth
        } else if ends(CredentialName.tokenEnding) {
            let front = letters.dropLast(CredentialName.tokenEnding.count)
            for word in CredentialName.harmlessTokens where front.suffix(word.count).elementsEqual(word) { return nil }
            self = .secret
        } else if CredentialName.passwordEndings.contains(where: ends) {
            self = .password
        } else if CredentialName.secretEndings.contains(where: ends) {
            self = .secret
        } else if ends(CredentialName.authorizationEnding) || ends(CredentialName.authEnding) && letters.count <= 8 {
            self = .authorization
        } else if ends(CredentialName.passEnding),
            letters == CredentialName.passEnding || CredentialName.isCompound(name)
        {
            self = .password
        } else {
            return nil
        }
    }

    /// Whether `pass` is a word of its own at the end, as in `DB_PASS` and `smtpPass`.
    private static func isCompound(_ name: ArraySlice<UInt8>) -> Bool {
        guard name.count > 4 else { return false }
        let before = name[name.endIndex - 5]
        return before == 0x5F || before == 0x2D
            || name[name.endIndex - 4] == UInt8(ascii: "P") && ByteClass.isLower(before)
    }
}
