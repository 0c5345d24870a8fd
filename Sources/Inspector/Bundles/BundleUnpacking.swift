import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Writes exchanges as plain files that a person can read: a folder for each, named by its address.
///
/// ```
/// x17/exchange.json  x17/request.json  x17/response.sse  x17/attempt-1/response.json
/// ```
///
/// No name of a file comes from the recording.
package struct BundleUnpacking {
    private let source: any ExchangeSource
    private let directory: String
    private let progress: (Int, Int) -> Void

    /// Prepares.
    ///
    /// - Parameters:
    ///   - source: bundles or a store.
    ///   - directory: where the folders go; it is made unless it is there and empty.
    ///   - progress: is told how many exchanges of how many are done.
    package init(
        source: any ExchangeSource,
        directory: String,
        progress: @escaping (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) {
        self.source = source
        self.directory = directory
        self.progress = progress
    }

    /// Writes everything.
    ///
    /// - Returns: how many exchanges, and how many files.
    /// - Throws: `StoreError` when the directory holds something already, or something can't be read or written.
    package func run() throws -> (exchanges: Int, files: Int) {
        try prepare()
        let rows = try source.rows(ExchangeQuery())
        var names: Set<String> = []
        var files = 0
        for (done, row) in rows.enumerated() {
            progress(done, rows.count)
            // Several bundles may use one address for different exchanges.
            var name = ExchangeAddress(exchange: row.number).description
            if !names.insert(name).inserted {
                name += "-\(row.id)"
                names.insert(name)
            }
            files += try write(source.recorded(row), in: directory + "/" + name)
        }
        return (rows.count, files)
    }

    private func prepare() throws(StoreError) {
        if mkdir(directory, 0o700) == 0 { return }
        guard errno == EEXIST else { throw failure("make", directory) }
        guard let entries = opendir(directory) else { throw failure("open", directory) }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name == "." || name == ".." else {
                throw StoreError(.refused, "\(directory) is not empty: name a new or an empty directory with -o")
            }
        }
    }

    // MARK: - One exchange

    private func write(_ recorded: RecordedExchange, in folder: String) throws -> Int {
        try makeFolder(folder)
        let exchange = recorded.exchange
        var files = 1
        var json = JSONWriter()
        ExchangeJSON.writeDetail(recorded, into: &json)
        try write(JSONIndent.indented(json.bytes), to: folder + "/exchange.json")
        files += try write(exchange.request.body, exchange.request.headers, "request", folder, recorded)
        if let response = exchange.response {
            files += try write(response.body, response.headers, "response", folder, recorded)
        }
        for (index, attempt) in exchange.attempts.enumerated() {
            let request = attempt.request.body != exchange.request.body ? attempt.request : nil
            let response = attempt.response?.body != exchange.response?.body ? attempt.response : nil
            guard request != nil || response != nil else { continue }
            let place = "\(folder)/attempt-\(index + 1)"
            try makeFolder(place)
            if let request { files += try write(request.body, request.headers, "request", place, recorded) }
            if let response { files += try write(response.body, response.headers, "response", place, recorded) }
        }
        return files
    }

    private func write(
        _ body: BodyRecord,
        _ headers: HeaderBlock,
        _ name: String,
        _ folder: String,
        _ recorded: RecordedExchange
    ) throws -> Int {
        guard body.omitted == nil, body.storedLength > 0 else { return 0 }
        let stored = try recorded.body(body)
        let decoded = BodyDecoding.decoded(stored, headers: headers)
        let bytes = decoded ?? stored
        try write(bytes, to: "\(folder)/\(name).\(decoded == nil ? "bin" : ending(of: bytes, headers))")
        return 1
    }

    private func ending(of bytes: [UInt8], _ headers: HeaderBlock) -> String {
        if BodyDecoding.isEventStream(headers) { return "sse" }
        if bytes.withUnsafeBytes({ JSONScanner.isValid($0) }) { return "json" }
        return String(validating: bytes, as: UTF8.self) == nil ? "bin" : "txt"
    }

    // MARK: - Files

    private func makeFolder(_ path: String) throws(StoreError) {
        guard mkdir(path, 0o700) == 0 else { throw failure("make", path) }
    }

    private func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("make", path) }
        defer { close(file) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress.map { $0 + done }, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            done += count
        }
    }

    private func failure(_ verb: String, _ path: String) -> StoreError {
        StoreError(.io, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }
}

/// The system's `write`, which the methods above hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
