import CArchive

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Reads the members of an archive one after another, through libarchive.
///
/// It blocks, and belongs to one thread at a time.
struct ArchiveReader: ~Copyable {
    /// What a member is.
    enum Kind: Sendable {
        case file, directory
        /// A link, a device or anything else that no bundle holds.
        case other
    }

    /// The head of a member.
    struct Member: Sendable {
        var name: String
        var kind: Kind
        /// Bytes of its content if the archive says so.
        var size: Int?
    }

    private let archive: OpaquePointer
    private let path: String

    /// Opens an archive: tar or zip, with any of the usual compressions.
    ///
    /// - Throws: `StoreError` when the file can't be read or is no archive.
    init(path: String) throws(StoreError) {
        // libarchive's own message does not tell a missing file from a broken one, or a directory.
        _ = try Descriptor(path: path, flags: O_RDONLY)
        var status = stat()
        guard stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else {
            throw StoreError(.corrupt, "\(path) is a directory: name a bundle file, or pack it with tar or zip first")
        }
        guard let archive = archive_read_new() else { throw StoreError(.io, "no memory to read \(path)") }
        archive_read_support_filter_gzip(archive)
        archive_read_support_filter_zstd(archive)
        archive_read_support_format_tar(archive)
        archive_read_support_format_zip(archive)
        guard archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else {
            let reason = ArchiveReader.reason(archive)
            archive_read_free(archive)
            let what = reason.lowercased().contains("truncated") ? "cut off before anything of use" : "no bundle"
            throw StoreError(.corrupt, "\(path) is \(what): \(reason)")
        }
        self.archive = archive
        self.path = path
    }

    deinit {
        archive_read_free(archive)
    }

    /// Bytes of the file that were read so far.
    var compressedBytes: Int { Int(archive_filter_bytes(archive, -1)) }

    /// The head of the next member.
    ///
    /// - Returns: `nil` at the end.
    /// - Throws: `StoreError` with code `corrupt` when the archive is damaged or cut off here.
    mutating func next() throws(StoreError) -> Member? {
        var entry: OpaquePointer?
        switch archive_read_next_header(archive, &entry) {
        case ARCHIVE_OK, ARCHIVE_WARN: break
        case ARCHIVE_EOF: return nil
        default: throw StoreError(.corrupt, "\(path) is damaged or cut off: \(reason)")
        }
        guard let entry, let name = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else {
            throw StoreError(.corrupt, "\(path) has a member whose name is no text")
        }
        let isLink = archive_entry_hardlink(entry) != nil || archive_entry_symlink(entry) != nil
        let kind: Kind
        switch (isLink, archive_entry_filetype(entry)) {
        case (false, 0o100000): kind = .file
        case (false, 0o040000): kind = .directory
        default: kind = .other
        }
        let size = archive_entry_size_is_set(entry) != 0 ? Int(clamping: archive_entry_size(entry)) : nil
        return Member(name: String(cString: name), kind: kind, size: size)
    }

    /// Reads on in the content of the member.
    ///
    /// - Returns: how many bytes were put into the buffer; 0 at the end of the member.
    /// - Throws: `StoreError` with code `corrupt` when the archive is damaged or cut off here.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
        let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
        guard count >= 0 else { throw StoreError(.corrupt, "\(path) is damaged or cut off: \(reason)") }
        return count
    }

    private var reason: String { ArchiveReader.reason(archive) }

    private static func reason(_ archive: OpaquePointer) -> String {
        archive_error_string(archive).map { String(cString: $0) } ?? "not an archive"
    }
}
