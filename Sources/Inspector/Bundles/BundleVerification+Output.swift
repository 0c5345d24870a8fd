package import Recorder

extension BundleVerification {
    /// The result for people: one line for a sound bundle, else one for each fault.
    package var lines: [String] {
        guard !isSound else {
            let notes = [
                "\(exchanges) exchanges", "\(attempts) attempts", "\(pieces) pieces", Decimals.bytes(pieceBytes),
                identities == .tagged ? "ids are tags" : "ids as recorded",
                isRescanned ? "detectors ran again" : nil,
                missing > 0 ? "\(missing) exchanges were not recorded" : nil,
            ]
            return ["\(path): sound, " + notes.compactMap { $0 }.joined(separator: ", ")]
        }
        let rest = faultCount - faults.count
        return faults.map { TextStyle.printable("\(path): \($0)") }
            + (rest > 0 ? ["\(path): and \(rest) more faults"] : [])
    }

    /// Writes the result as one object on a line.
    package func write(into json: inout JSONWriter) {
        json.object {
            $0.member("path", path)
            $0.member("sound", isSound)
            $0.member("exchanges", exchanges)
            $0.member("attempts", attempts)
            $0.member("pieces", pieces)
            $0.member("piece_bytes", pieceBytes)
            $0.member("missing", missing)
            $0.member("ids", identities?.rawValue)
            $0.member("rescanned", isRescanned)
            $0.member("fault_count", faultCount)
            $0.member("faults") { $0.array { json in faults.forEach { fault in json.element { $0.string(fault) } } } }
        }
        json.endLine()
    }
}
