import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Opens what a person names on the command line: bundle files, or directories of stores.
package enum Sources {
    /// Whether an argument names a bundle rather than an exchange: by its ending, or as a file that is there.
    package static func isBundle(_ argument: String) -> Bool {
        if BundleContainer(path: argument) != nil { return true }
        var status = stat()
        return stat(argument, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Opens bundle files, or one store.
    ///
    /// - Parameters:
    ///   - paths: bundle files, or the directory of one store.
    ///   - notice: takes one line when something is wrong with a source but part of it can be read.
    /// - Returns: the source of all their exchanges.
    /// - Throws: `StoreError` when a source can't be read, `InspectorError` when stores and bundles are mixed.
    package static func open(
        _ paths: [String],
        notice: @escaping (String) -> Void = { _ in }
    ) throws -> any ExchangeSource {
        let directories = paths.filter(isDirectory)
        if directories.isEmpty { return try BundleExchanges(paths: paths, notice: notice) }
        guard paths.count == 1, let home = directories.first else {
            throw InspectorError(
                .wrongSources,
                "\(directories[0]) is a directory beside other sources: name bundle files, or one store"
            )
        }
        return try ExchangeStore(StoreLayout(home: home), notice: notice)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
