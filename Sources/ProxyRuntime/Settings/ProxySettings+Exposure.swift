package import Recorder

extension ProxySettings {
    /// Whether only this machine can reach the proxy.
    package var isLoopback: Bool { LoopbackAddress.contains(host) }

    /// Whether clients must have a key whatever happens to the file of keys.
    package var requiresClientKeys: Bool { !isLoopback && !isInsecure }

    /// Checks that a proxy which others can reach asks them who they are.
    ///
    /// - Parameter goodKeys: how many clients have a good key.
    /// - Throws: `SettingsError` naming what is missing, and the remedy.
    package func checkExposure(goodKeys: Int) throws(SettingsError) {
        guard requiresClientKeys, goodKeys == 0 || adminToken == nil else { return }
        var missing: [String] = []
        if goodKeys == 0 { missing.append("a client key (`proxy keys create NAME`)") }
        if adminToken == nil { missing.append("ADMIN_TOKEN") }
        throw SettingsError(
            message: "others can reach \(host), which needs \(missing.joined(separator: " and ")): "
                + "set that up, listen at 127.0.0.1, or let everybody in with --insecure"
        )
    }
}
