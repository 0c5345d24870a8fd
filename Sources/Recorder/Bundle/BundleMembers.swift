/// The members of a bundle beside its manifest, exchanges and pieces.
package enum BundleMembers {
    /// One of them.
    package struct Member: Sendable {
        /// Its name, which a stranger chose.
        package let name: String
        /// Its content, if that is not too long to be looked at.
        package let content: [UInt8]?
        /// The length of its content.
        package let bytes: Int
    }

    /// Longer ones are counted only.
    private static let longest = 16 << 20
    /// How many are read.
    private static let limit = 1000

    /// Reads them, of a file that `BundleFile` has accepted, as far as the file goes.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - body: takes one after another, the first thousand.
    /// - Throws: `StoreError` when the file can't be opened.
    package static func forEach(of path: String, _ body: (Member) -> Void) throws(StoreError) {
        var archive = try ArchiveReader(path: path)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var found = 0
        // A file that is cut off has been told of where it was read.
        while found < limit, let member = try? archive.next() {
            var name = member.name[...]
            while name.hasPrefix("./") { name = name.dropFirst(2) }
            let isKnown = [BundleFormat.manifest, BundleFormat.exchanges].contains(String(name))
            guard member.kind == .file, !isKnown, BundleFormat.piece(ofMember: String(name)) == nil else { continue }
            var content: [UInt8] = []
            var bytes = 0
            while let count = try? buffer.withUnsafeMutableBytes({ try archive.read(into: $0) }), count > 0 {
                bytes += count
                if bytes <= longest { content.append(contentsOf: buffer[..<count]) }
            }
            found += 1
            body(Member(name: String(name), content: bytes <= longest ? content : nil, bytes: bytes))
        }
    }
}
