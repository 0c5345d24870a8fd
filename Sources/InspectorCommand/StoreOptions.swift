import ArgumentParser
import Inspector
import Recorder

/// Which store a command reads.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The store's directory; by default what TAPEDECK_HOME says, or ~/.local/share/tapedeck.",
            valueName: "dir"
        )
    )
    var home: String?

    func validate() throws {
        if home?.isEmpty == true {
            throw ValidationError("The value '' is invalid for '--home <dir>': name a directory.")
        }
    }

    var layout: StoreLayout {
        get throws {
            if let home { return StoreLayout(home: home) }
            var environment: [String: String] = [:]
            for name in ["TAPEDECK_HOME", "XDG_DATA_HOME", "HOME"] { environment[name] = try Environment.value(name) }
            return StoreLayout(environment: environment)
        }
    }

    /// The catalog's path, if `DATABASE_URL` moves it away from the store.
    var catalog: String? {
        get throws {
            guard let url = try Environment.value("DATABASE_URL"), url.hasPrefix("file:") else { return nil }
            return String(url.dropFirst("file:".count))
        }
    }

    func open() throws -> ExchangeStore {
        try ExchangeStore(layout, catalog: catalog, notice: StandardError.write)
    }

    /// Refuses arguments that name no bundle, and bundles beside `--home`.
    func check(_ files: [String]) throws {
        try StoreOptions.refuseOthers(files)
        if home != nil, !files.isEmpty {
            throw ValidationError("Give bundle files or '--home', not both.")
        }
    }

    /// Refuses arguments that name no bundle; for `run`, as an unknown flag, whose value looks like one, goes first.
    static func refuseOthers(_ files: [String]) throws {
        if let other = files.first(where: { !Sources.isBundle($0) }) {
            throw ValidationError(
                "'\(other)' is no bundle file: the names of bundles end in \(BundleContainer.endings)."
            )
        }
    }

    /// The exchanges of bundle files, or of the store when there are none.
    func source(_ files: [String]) throws -> any ExchangeSource {
        files.isEmpty ? try open() : try Sources.open(files, notice: StandardError.write)
    }
}
