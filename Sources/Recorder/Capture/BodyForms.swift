import NIOCore

/// What the bodies of heads are, remembered by the few media types and codings that occur.
struct BodyForms {
    private struct Known {
        var type: [UInt8]
        var coding: [UInt8]
        var form: BodyForm
        var needsProof: Bool
    }

    private var known: [Known] = []

    private static let limit = 16

    /// The form of a message's body, and whether it has to be proven to be UTF-8.
    mutating func form(of head: HTTPHead) -> (form: BodyForm, needsProof: Bool) {
        head.bytes.withUnsafeReadableBytes { raw in
            let type = BodyForms.value(.contentType, of: head, raw)
            let coding = BodyForms.value(.contentEncoding, of: head, raw)
            for known in known where known.type.hasSameBytes(as: type) && known.coding.hasSameBytes(as: coding) {
                return (known.form, known.needsProof)
            }
            let contentType = head.value(.contentType)
            let form = BodyForm(contentType: contentType, contentEncoding: head.value(.contentEncoding))
            let needsProof = TextCheck.needsProof(contentType)
            if known.count == BodyForms.limit { known.removeFirst() }
            known.append(Known(type: Array(type), coding: Array(coding), form: form, needsProof: needsProof))
            return (form, needsProof)
        }
    }

    private static func value(
        _ header: KnownHeader,
        of head: HTTPHead,
        _ raw: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        for line in head.lines where line.known == header {
            return UnsafeRawBufferPointer(rebasing: raw[line.value.range])
        }
        return UnsafeRawBufferPointer(start: nil, count: 0)
    }
}

extension [UInt8] {
    fileprivate func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && withUnsafeBytes { $0.hasSameBytes(as: other) }
    }
}
