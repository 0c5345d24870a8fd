import ArgumentParser

/// A length such as `25MB`: decimal units, as those who limit attachments mean them.
struct ByteSize: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let text = argument.uppercased()
        let units = [("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1)]
        guard let unit = units.first(where: { text.hasSuffix($0.0) }),
            let count = Int(text.dropLast(unit.0.utf8.count)), count > 0
        else { return nil }
        let (bytes, isBeyond) = count.multipliedReportingOverflow(by: unit.1)
        guard !isBeyond else { return nil }
        self.bytes = bytes
    }
}
