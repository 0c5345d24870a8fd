/// One entry of an `errors` list: which error, and how often it strikes, such as `529 30%` or `429 windowless every 5`.
package struct ScriptedErrorRule: Sendable, Hashable {
    /// How often an error strikes.
    enum Frequency: Sendable, Hashable {
        case always
        /// With this chance, 0 to 1.
        case chance(Double)
        /// On each n-th request that comes to the entry.
        case every(Int)
    }

    var status: Int
    var kind: ScriptedErrorKind
    var frequency: Frequency

    /// What is wrong with the text of an entry.
    struct Mistake: Error {
        var message: String
    }

    /// Reads the text of an entry.
    ///
    /// - Throws: `Mistake` when it is none.
    init(_ text: String) throws(Mistake) {
        var words = text.split(separator: " ")[...]
        guard let status = words.popFirst().flatMap({ Int($0) }), status == 200 || (400...599).contains(status) else {
            throw Mistake(message: "an error begins with its status, 200 or 400 to 599, such as '529 30%'")
        }
        var named: ScriptedErrorKind?
        if let word = words.first, word != "every", !word.hasSuffix("%") {
            named = ScriptedErrorKind(rawValue: String(word))
            guard named != nil else {
                let known = ScriptedErrorKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw Mistake(message: "unknown kind of error '\(word)' (known: \(known))")
            }
            words.removeFirst()
        }
        guard let kind = named ?? .implied(by: status) else {
            throw Mistake(
                message: "a \(status) needs its kind, such as '\(status == 200 ? "200 rejected" : "429 throttle")'"
            )
        }
        guard kind.allows(status) else { throw Mistake(message: "'\(kind.rawValue)' is no kind of \(status)") }
        self.status = status
        self.kind = kind
        frequency = try Self.frequency(words)
    }

    private static func frequency(_ words: ArraySlice<Substring>) throws(Mistake) -> Frequency {
        guard let first = words.first else { return .always }
        if words.count == 1, first.hasSuffix("%"), let percent = Double(first.dropLast()), (0...100).contains(percent) {
            return .chance(percent / 100)
        }
        if words.count == 2, first == "every", let count = words.last.flatMap({ Int($0) }), count > 0 {
            return .every(count)
        }
        throw Mistake(message: "'\(words.joined(separator: " "))' is no frequency; write '30%' or 'every 5'")
    }

    /// Tells whether the entry strikes a request; `seen` counts those that came to it, this one included.
    func strikes(seen: Int, random: inout SplitMix64) -> Bool {
        switch frequency {
        case .always: true
        case .chance(let chance): random.fraction() < chance
        case .every(let count): seen.isMultiple(of: count)
        }
    }
}
