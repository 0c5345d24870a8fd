/// One pass of `BodyCutter` over a body: takes over units of the previous body as long as the bytes agree, scans a unit
/// where they do not, and finds its way back.
struct CutterRun {
    /// What the scanner must know at a border to go on: what lies in front of it.
    private struct Border: Equatable {
        private var kind: BodyUnit.Kind?
        private var array: BodyUnit.ElementArray?

        init(behind unit: BodyUnit?) {
            kind = unit?.kind
            array = unit?.array
        }
    }

    /// A body of more units stays whole, so that the list of units does not outgrow the body.
    ///
    /// The API takes 100,000 messages.
    static let maximumUnits = 1 << 17

    private(set) var result = CutResult()

    private let body: UnsafeRawBufferPointer
    private let previous: (body: UnsafeRawBufferPointer, cut: CutResult)?
    private var scanner: JSONScanner
    /// The unit of the previous body that is expected next.
    private var expected = 0

    init(_ body: UnsafeRawBufferPointer, previous: (body: UnsafeRawBufferPointer, cut: CutResult)?) {
        self.body = body
        self.previous = previous
        scanner = JSONScanner(body)
        let count = max(8, (previous?.cut.units.count ?? 0) + 4)
        result.units.reserveCapacity(count)
        result.reused.reserveCapacity(count)
    }

    /// Cuts the body.
    ///
    /// - Throws: `JSONSyntaxError` when it is not a JSON object or has too many units.
    mutating func run() throws(JSONSyntaxError) -> CutResult {
        while true {
            takeOver()
            if isFinished { break }
            guard result.units.count < CutterRun.maximumUnits else { throw JSONSyntaxError(offset: scanner.position) }
            let start = scanner.position
            defer { result.scannedBytes += scanner.position - start }
            let unit = try scanUnit(from: start)
            result.units.append(unit)
            result.reused.append(previous.flatMap { match(unit, in: $0) })
            if isFinished { break }
        }
        guard scanner.position == body.count else { throw JSONSyntaxError(offset: scanner.position) }
        result.isStructured = true
        return result
    }

    /// Whether the last unit is there: the only skeleton that opens no array.
    private var isFinished: Bool {
        result.units.last.map { $0.kind == .skeleton && $0.array == nil } ?? false
    }

    // MARK: - Scanning

    private mutating func scanUnit(from start: Int) throws(JSONSyntaxError) -> BodyUnit {
        guard let last = result.units.last, let array = last.array else {
            scanner.skipWhiteSpace()
            try scanner.expect(UInt8(ascii: "{"))
            scanner.skipWhiteSpace()
            if scanner.skip(UInt8(ascii: "}")) { return lastSkeleton(from: start) }
            return try scanMembers(from: start)
        }
        scanner.skipWhiteSpace()
        if scanner.skip(UInt8(ascii: "]")) {
            scanner.skipWhiteSpace()
            if scanner.skip(UInt8(ascii: "}")) { return lastSkeleton(from: start) }
            try scanner.expect(UInt8(ascii: ","))
            return try scanMembers(from: start)
        }
        if last.kind == .element { try scanner.expect(UInt8(ascii: ",")) }
        try scanner.skipValue()
        return BodyUnit(range: start..<scanner.position, kind: .element, array: array)
    }

    /// Scans members up to an array that is cut, or the end of the body.
    private mutating func scanMembers(from start: Int) throws(JSONSyntaxError) -> BodyUnit {
        while true {
            scanner.skipWhiteSpace()
            let keyStart = scanner.position
            try scanner.skipString()
            let key = JSONValue(body, range: keyStart..<scanner.position)
            scanner.skipWhiteSpace()
            try scanner.expect(UInt8(ascii: ":"))
            scanner.skipWhiteSpace()
            if scanner.current == UInt8(ascii: "["),
                let array = BodyUnit.ElementArray.allCases.first(where: { key.isString($0.rawValue) })
            {
                scanner.position += 1
                return BodyUnit(range: start..<scanner.position, kind: .skeleton, array: array)
            }
            result.topLevel.note(key, try scanner.skipValue())
            scanner.skipWhiteSpace()
            if scanner.skip(UInt8(ascii: "}")) { return lastSkeleton(from: start) }
            try scanner.expect(UInt8(ascii: ","))
        }
    }

    private mutating func lastSkeleton(from start: Int) -> BodyUnit {
        scanner.skipWhiteSpace()
        return BodyUnit(range: start..<scanner.position, kind: .skeleton)
    }

    // MARK: - Taking over

    /// Takes over the expected units of the previous body as far as the bytes agree.
    ///
    /// That is sound because a scanner that stands at the same kind of border in front of the same bytes does the same.
    private mutating func takeOver() {
        guard let (old, cut) = previous, expected < cut.units.count else { return }
        guard Border(behind: result.units.last) == Border(behind: expected > 0 ? cut.units[expected - 1] : nil) else {
            return
        }
        let oldStart = cut.units[expected].range.lowerBound
        let shift = scanner.position - oldStart
        let equalEnd = oldStart + body.commonLength(from: scanner.position, with: old, from: oldStart)
        while expected < cut.units.count {
            let unit = cut.units[expected]
            guard unit.range.upperBound <= equalEnd, isSettled(unit, in: old, equalEnd: equalEnd, shift: shift) else {
                return
            }
            let range = (unit.range.lowerBound + shift)..<(unit.range.upperBound + shift)
            result.units.append(BodyUnit(range: range, kind: unit.kind, array: unit.array))
            result.reused.append(expected)
            if unit.kind == .skeleton { result.topLevel.adopt(cut.topLevel, in: unit.range, shift: shift) }
            scanner.position = range.upperBound
            expected += 1
        }
    }

    /// Whether a unit that has the same bytes in both bodies also ends there in this one.
    private func isSettled(_ unit: BodyUnit, in old: UnsafeRawBufferPointer, equalEnd: Int, shift: Int) -> Bool {
        if unit.kind == .skeleton, unit.array == nil { return unit.range.upperBound + shift == body.count }
        // A number goes on with the next digit; brackets and quotes end by themselves.
        return unit.range.upperBound < equalEnd
            || [UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "["), UInt8(ascii: "\"")]
                .contains(old[unit.range.upperBound - 1])
    }

    /// Finds the unit just scanned in the previous body and moves on there.
    ///
    /// A few units on both sides are looked at, for elements that went away or came in between; else an element is taken
    /// as a changed form of the expected one, and a skeleton leads behind the next skeleton that opens the same array.
    private mutating func match(_ unit: BodyUnit, in previous: (body: UnsafeRawBufferPointer, cut: CutResult)) -> Int? {
        let units = previous.cut.units
        let bytes = UnsafeRawBufferPointer(rebasing: body[unit.range])
        for index in max(0, expected - 4)..<min(units.count, expected + 5) {
            let candidate = units[index]
            guard candidate.kind == unit.kind, candidate.array == unit.array,
                bytes.hasSameBytes(as: UnsafeRawBufferPointer(rebasing: previous.body[candidate.range]))
            else { continue }
            expected = index + 1
            return index
        }
        if unit.kind == .element {
            if expected < units.count, units[expected].kind == .element, units[expected].array == unit.array {
                expected += 1
            }
            return nil
        }
        guard
            let index = units.indices.dropFirst(expected).first(where: {
                units[$0].kind == .skeleton && units[$0].array == unit.array
            })
        else { return nil }
        expected = index + 1
        let candidate = UnsafeRawBufferPointer(rebasing: previous.body[units[index].range])
        return bytes.hasSameBytes(as: candidate) ? index : nil
    }
}
