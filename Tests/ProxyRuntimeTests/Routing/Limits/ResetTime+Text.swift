import Recorder

@testable import ProxyRuntime

/// Headers are bytes; tests write them as text.
extension ResetTime {
    static func parse(_ text: String, at now: Timestamp) -> Timestamp? {
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0), at: now) }
    }

    static func span(_ text: String, at now: Timestamp) -> Int64? {
        var text = text
        return text.withUTF8 { span(UnsafeRawBufferPointer($0), at: now) }
    }

    static func span(milliseconds text: String) -> Int64? {
        var text = text
        return text.withUTF8 { span(milliseconds: UnsafeRawBufferPointer($0)) }
    }
}
