import CArchive

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Writes an archive into an open file, member by member, through libarchive.
///
/// The same members give the same bytes: there is no time, owner or name of a machine in it.
struct ArchiveWriter: ~Copyable {
    private let archive: OpaquePointer
    private let path: String

    /// Begins an archive.
    ///
    /// - Parameters:
    ///   - container: its format.
    ///   - level: how hard Zstandard tries, 1 to 19.
    ///   - file: where it goes; stays open.
    /// - Throws: `StoreError` when libarchive can't do it.
    init(_ container: BundleContainer, level: Int, into file: borrowing Descriptor) throws(StoreError) {
        guard let archive = archive_write_new() else { throw StoreError(.io, "no memory to write \(file.path)") }
        var results: [Int32] = []
        switch container {
        case .tarZstandard:
            results.append(archive_write_add_filter_zstd(archive))
            results.append(archive_write_set_filter_option(archive, "zstd", "compression-level", String(level)))
            results.append(archive_write_set_format_ustar(archive))
        case .tarGzip:
            results.append(archive_write_add_filter_gzip(archive))
            results.append(archive_write_set_filter_option(archive, "gzip", "timestamp", nil))
            results.append(archive_write_set_filter_option(archive, "gzip", "compression-level", "9"))
            results.append(archive_write_set_format_ustar(archive))
        case .zip:
            results.append(archive_write_set_format_zip(archive))
            results.append(archive_write_zip_set_compression_deflate(archive))
        }
        results.append(archive_write_set_bytes_in_last_block(archive, 1))
        results.append(archive_write_open_fd(archive, file.number))
        guard results.allSatisfy({ $0 == ARCHIVE_OK }) else {
            let failure = ArchiveWriter.failure(archive, file.path)
            archive_write_free(archive)
            throw failure
        }
        self.archive = archive
        path = file.path
    }

    deinit {
        archive_write_free(archive)
    }

    /// Begins a member.
    ///
    /// - Throws: `StoreError` when the file can't be written.
    mutating func begin(_ name: String, size: Int) throws(StoreError) {
        guard let entry = archive_entry_new() else { throw StoreError(.io, "no memory to write \(path)") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_size(entry, la_int64_t(size))
        archive_entry_set_filetype(entry, 0o100000)
        archive_entry_set_perm(entry, 0o600)
        guard archive_write_header(archive, entry) == ARCHIVE_OK else { throw failure() }
    }

    /// Adds to the content of the member.
    ///
    /// - Throws: `StoreError` when the file can't be written.
    mutating func write(_ content: [UInt8]) throws(StoreError) {
        guard !content.isEmpty else { return }
        let count = content.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
        guard count == content.count else { throw failure() }
    }

    /// Adds a whole member.
    ///
    /// - Throws: `StoreError` when the file can't be written.
    mutating func add(_ name: String, _ content: [UInt8]) throws(StoreError) {
        try begin(name, size: content.count)
        try write(content)
    }

    /// Writes the end of the archive.
    ///
    /// - Throws: `StoreError` when the file can't be written.
    mutating func finish() throws(StoreError) {
        guard archive_write_close(archive) == ARCHIVE_OK else { throw failure() }
    }

    private func failure() -> StoreError { ArchiveWriter.failure(archive, path) }

    private static func failure(_ archive: OpaquePointer, _ path: String) -> StoreError {
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
        return StoreError(.io, "cannot write \(path): \(reason)")
    }
}
