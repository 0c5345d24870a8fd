import ArgumentParser

/// `proxy keys`: what clients show to be let in.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create, list and revoke the keys of clients.",
        discussion: """
            Once a key was created, the proxy asks every client for one, also when all have been revoked. A running \
            proxy notices within two seconds.
            """,
        subcommands: [KeysCreateCommand.self, KeysListCommand.self, KeysRevokeCommand.self]
    )
}
