/// An answer as its bytes came, taken apart by hand: no code of the proxy's has a part in it.
package struct RawResponse: Sendable {
    /// Everything up to and with the empty line.
    package var head: String
    /// The body as it came, framing and all.
    package var wire: [UInt8] = []
    /// The body without framing.
    package var body: [UInt8] = []
    /// The chunks, when the body came in chunks.
    package var chunks: [[UInt8]] = []
    /// Whether the body came to the end that its framing announced.
    package var isWhole = false

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The status code, 0 if there is none.
    package var status: Int { Int(head.split(separator: " ").dropFirst().first?.prefix(3) ?? "") ?? 0 }

    /// The header lines, names in the sender's case.
    package var headers: [(name: String, value: String)] {
        head.components(separatedBy: "\r\n").dropFirst().filter { !$0.isEmpty }.map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " }))
        }
    }

    /// The values of all lines with that name, in any case.
    package func values(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// The value of the first line with that name.
    package func value(_ name: String) -> String? { values(name).first }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = Array(utf8)[...]
        let mark = Array(separator.utf8)
        while let place = rest.firstRange(of: mark) {
            parts.append(String(decoding: rest[..<place.lowerBound], as: UTF8.self))
            rest = rest[place.upperBound...]
        }
        return parts + [String(decoding: rest, as: UTF8.self)]
    }
}
