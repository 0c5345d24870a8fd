import Recorder

/// What a header that may speak of limits is about, told from its name's bytes alone.
///
/// Every answer's head is looked through for these on the event loop: nothing is allocated for other names.
enum LimitHeader {
    /// `anthropic-ratelimit-unified-…`: the windows of a subscription.
    case unified
    /// `anthropic-ratelimit-…`: the buckets of an API key.
    case bucket
    /// `x-ratelimit-…`.
    case generic
    case retryAfter
    case retryAfterMilliseconds
    case shouldRetry

    /// Recognises a name in any case of letters.
    init?(_ name: UnsafeRawBufferPointer) {
        guard name.count >= 11 else { return nil }
        switch name[0] | 0x20 {
        case UInt8(ascii: "a"):
            guard name.hasPrefixIgnoringCase("anthropic-ratelimit-") else { return nil }
            let rest = UnsafeRawBufferPointer(rebasing: name[20...])
            self = rest.hasPrefixIgnoringCase("unified-") ? .unified : .bucket
        case UInt8(ascii: "x"):
            if name.hasPrefixIgnoringCase("x-ratelimit-") {
                self = .generic
            } else if name.isEqualIgnoringCase("x-should-retry") {
                self = .shouldRetry
            } else {
                return nil
            }
        case UInt8(ascii: "r"):
            if name.isEqualIgnoringCase("retry-after") {
                self = .retryAfter
            } else if name.isEqualIgnoringCase("retry-after-ms") {
                self = .retryAfterMilliseconds
            } else {
                return nil
            }
        default: return nil
        }
    }

    /// How many bytes of the name say no more than which case this is.
    var prefixLength: Int {
        switch self {
        case .unified: 28
        case .bucket: 20
        case .generic: 12
        case .retryAfter: 11
        case .retryAfterMilliseconds, .shouldRetry: 14
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes begin with the given ASCII text, which is in lower case, in any case of letters.
    func hasPrefixIgnoringCase(_ text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount
            && UnsafeRawBufferPointer(rebasing: self[..<text.utf8CodeUnitCount]).isEqualIgnoringCase(text)
    }
}
