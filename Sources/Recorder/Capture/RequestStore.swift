import NIOCore

/// A request's body as stored, with what was read from it on the way.
struct StoredRequest {
    var body: StoredBody
    var facts = Facts()

    /// What a body says about itself.
    struct Facts {
        var model: String?
        var stream: Bool?
        var userID: String?
        /// A name for the conversation, when nothing else names it.
        var sessionHash: String?
    }

    init(body: StoredBody) {
        self.body = body
    }
}

/// Stores request bodies: cut at element borders, and only what the conversation has not sent before.
struct RequestStore {
    private let masker: Masker
    private var history: RequestHistory
    private var forms = BodyForms()

    /// Bytes that were masked and hashed, and bytes that were taken over from an earlier body.
    private(set) var worked = 0
    private(set) var repeated = 0

    init(masker: Masker, historyLimit: Int) {
        self.masker = masker
        history = RequestHistory(limit: historyLimit)
    }

    /// Forgets where earlier bodies are stored.
    mutating func forgetHistory() {
        history.removeAll()
    }

    /// Masks and stores a body.
    mutating func store(_ body: ByteBuffer, _ head: HTTPHead, in segment: inout SegmentWriter?) -> StoredRequest {
        let (form, needsProof) = forms.form(of: head)
        if RequestStore.isJSON(body, form, needsProof: needsProof) {
            return storeJSON(body, head, needsProof, in: &segment)
        }
        var stored = StoredBody(wireLength: body.readableBytes)
        body.withUnsafeReadableBytes { bytes in
            worked += bytes.count
            switch masker.maskedBody(bytes, chunkLengths: [], form: form, needsProof: needsProof) {
            case .unchanged: segment.store(bytes, in: &stored)
            case .masked(let masked, _): masked.withUnsafeBytes { segment.store($0, in: &stored) }
            case .omitted(let reason): stored.omit(reason)
            }
        }
        return StoredRequest(body: stored)
    }

    private mutating func storeJSON(
        _ body: ByteBuffer,
        _ head: HTTPHead,
        _ needsProof: Bool,
        in segment: inout SegmentWriter?
    ) -> StoredRequest {
        body.withUnsafeReadableBytes { bytes in
            let key = RequestStore.conversation(head, bytes)
            let earlier = history.best(for: key, bytes)
            var isText = true
            let cut = RequestStore.cut(bytes, earlier)
            var stored = StoredRequest(body: StoredBody(wireLength: bytes.count))
            var units: [RequestHistory.StoredUnit] = []
            units.reserveCapacity(cut.units.count)
            var repeatedHere = 0
            for (index, unit) in cut.units.enumerated() {
                if let same = cut.reused[index], let place = earlier?.units[same] {
                    repeatedHere += unit.range.count
                    stored.body.append(place.run, length: place.length)
                    for run in place.more { stored.body.append(run, length: 0) }
                    units.append(place)
                } else if TextCheck.fault(
                    of: UnsafeRawBufferPointer(rebasing: bytes[unit.range]),
                    needsProof: needsProof
                )
                    != nil
                {
                    // Units are cut at ASCII characters, so each is UTF-8 by itself or the body is not.
                    isText = false
                    break
                } else if let place = store(UnsafeRawBufferPointer(rebasing: bytes[unit.range]), in: &segment) {
                    stored.body.append(place.run, length: place.length)
                    for run in place.more { stored.body.append(run, length: 0) }
                    units.append(place)
                }
            }
            guard isText else {
                stored.body.omit(TextCheck.fault)
                return stored
            }
            repeated += repeatedHere
            // A body that was sent before in the same form says the same.
            let isSame = earlier?.body.readableBytes == bytes.count && !cut.reused.contains(nil) && earlier?.key == key
            stored.facts = isSame ? earlier?.facts ?? StoredRequest.Facts() : RequestStore.facts(head, bytes, cut)
            if units.count == cut.units.count, !isSame {
                let entry = RequestHistory.Entry(
                    key: key,
                    body: body,
                    cut: cut,
                    units: units,
                    facts: stored.facts
                )
                // The next turn of the same conversation, not another that only begins like it.
                let goesOn = 2 * repeatedHere >= bytes.count
                history.keep(entry, for: key, insteadOf: goesOn ? earlier : nil)
            }
            return stored
        }
    }

    /// Whether a body is JSON: by its type, or, where the type only says that it is text or says nothing, by its look.
    private static func isJSON(_ body: ByteBuffer, _ form: BodyForm, needsProof: Bool) -> Bool {
        switch form {
        case .text(.json): true
        case .text(.text) where body.readableBytesView.first == UInt8(ascii: "{"):
            body.withUnsafeReadableBytes { TextCheck.fault(of: $0, needsProof: needsProof) == nil }
        default: false
        }
    }

    private static func facts(
        _ head: HTTPHead,
        _ body: UnsafeRawBufferPointer,
        _ cut: CutResult
    ) -> StoredRequest.Facts {
        var facts = StoredRequest.Facts()
        facts.model = RequestIdentity.model(body: body, cut: cut)
        facts.stream = RequestIdentity.stream(body: body, cut: cut)
        facts.userID = RequestIdentity.metadataUserID(body: body, cut: cut)
        if !head.lines.contains(where: { $0.known == .sessionID }), facts.userID == nil {
            facts.sessionHash = RequestIdentity.sessionHash(body: body, cut: cut)
        }
        return facts
    }

    private static func cut(_ bytes: UnsafeRawBufferPointer, _ earlier: RequestHistory.Entry?) -> CutResult {
        guard let earlier else { return BodyCutter.cut(bytes) }
        return earlier.body.withUnsafeReadableBytes { BodyCutter.cut(bytes, previous: ($0, earlier.cut)) }
    }

    private mutating func store(
        _ unit: UnsafeRawBufferPointer,
        in segment: inout SegmentWriter?
    ) -> RequestHistory.StoredUnit? {
        worked += unit.count
        var stored = StoredBody()
        if let masked = masker.masked(unit, as: .json) {
            masked.withUnsafeBytes { segment.store($0, in: &stored) }
        } else {
            segment.store(unit, in: &stored)
        }
        guard let first = stored.runs.first else { return nil }
        return RequestHistory.StoredUnit(run: first, more: Array(stored.runs.dropFirst()), length: stored.length)
    }

    /// A number for the conversation: by its session header, or by how the body begins.
    private static func conversation(_ head: HTTPHead, _ body: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        if let line = head.lines.first(where: { $0.known == .sessionID }) {
            head.withBytes(line.value) { hasher.combine(bytes: $0) }
        } else {
            hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: body.prefix(256)))
        }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
