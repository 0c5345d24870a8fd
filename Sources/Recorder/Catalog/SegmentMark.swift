#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// How far a segment is indexed, and which file it was.
package struct SegmentMark: Hashable, Sendable {
    /// The segment's number.
    package var number: Int
    /// The offset up to which every frame is in the catalog.
    package var indexedTo: Int
    /// The offset of the last frame that was indexed.
    var lastFrame: Int
    /// Length and checksum of that frame.
    var lastHead: Int64

    /// Whether the segment's file is still the one that was indexed: it is there, and what was indexed last is in place.
    package func holds(in layout: StoreLayout) -> Bool {
        let path = layout.segment(number)
        guard let length = SegmentMark.length(of: path), length >= indexedTo else { return false }
        return SegmentMark.head(ofFrameAt: lastFrame, in: path) == lastHead
    }

    /// The length of a file in bytes, or `nil` when there is none.
    package static func length(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Length and checksum of a frame, or `nil` when there is no file or it ends before.
    static func head(ofFrameAt offset: Int, in path: String) -> Int64? {
        guard let file = try? Descriptor(path: path, flags: O_RDONLY),
            let bytes = try? file.read(count: 8, at: offset), bytes.count == 8
        else { return nil }
        return bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
}
