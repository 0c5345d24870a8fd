import ArgumentParser
import Recorder

/// Which store a command works on.
struct HomeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Directory of the store (default: $TAPEDECK_HOME, $XDG_DATA_HOME/tapedeck or ~/.local/share/tapedeck).",
            valueName: "dir"
        )
    )
    var home: String?

    func validate() throws {
        if home?.isEmpty == true { throw ValidationError("The value '' is invalid for '--home': name a directory.") }
    }

    /// The store, with the environment that names it.
    func store() throws -> (layout: StoreLayout, environment: [String: String]) {
        var environment = try Environment.all().filter { !$0.value.isEmpty }
        if let home { environment["TAPEDECK_HOME"] = home }
        return (StoreLayout(environment: environment), environment)
    }
}
