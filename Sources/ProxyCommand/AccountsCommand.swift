import ArgumentParser

/// `proxy accounts`: the keys that requests are sent with.
struct AccountsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts",
        abstract: "Add, list, remove, pause and resume upstream accounts.",
        discussion: """
            Accounts come from CLAUDE_API_KEYS and CLAUDE_API_KEYS_FILE and from the store, where these commands keep \
            them (accounts.json). A running proxy notices within two seconds. No key is ever shown.
            """,
        subcommands: [
            AccountsAddCommand.self, AccountsListCommand.self, AccountsRemoveCommand.self, AccountsPauseCommand.self,
            AccountsResumeCommand.self,
        ]
    )
}
