/// Writes archives of plain files, so that a test can pack what no program of ours would.
enum TarFile {
    static func bytes(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
        var archive: [UInt8] = []
        for (name, content) in members {
            var head = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at offset: Int) {
                head.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
            }
            put(name, at: 0)
            put("0000644", at: 100)
            put(octal(content.count, 11), at: 124)
            put("        ", at: 148)
            put("0", at: 156)
            put("ustar\u{0}00", at: 257)
            put(octal(head.reduce(0) { $0 + Int($1) }, 6) + "\u{0}", at: 148)
            archive += head + content
            archive += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
        }
        return archive + [UInt8](repeating: 0, count: 1024)
    }

    private static func octal(_ number: Int, _ width: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}
