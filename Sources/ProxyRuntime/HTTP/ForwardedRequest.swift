import NIOCore
import Recorder

/// The request head that goes upstream: the client's lines byte for byte, but for those of one connection only,
/// `Host`, the length framing, an `Accept-Encoding` that offers more than can be inflated, and the credentials.
struct ForwardedRequest {
    /// The head as bytes.
    var bytes: ByteBuffer
    /// The same as lines of the client's head and lines written here, for the record.
    var derived: DerivedHead
    /// What was changed beyond one connection's headers, a sentence each.
    var changes: [String] = []

    /// What a request without `anthropic-version` gets when an account serves it.
    static let defaultVersion = "2023-06-01"

    /// Writes the head for a target.
    ///
    /// - Parameters:
    ///   - head: the client's head.
    ///   - pathAndQuery: the part of it that is asked for.
    ///   - target: where it goes.
    ///   - credentials: whose credentials it carries.
    ///   - bodyLength: the length of the whole body, or `nil` when the request has none.
    ///   - allocator: makes the buffer.
    init(
        _ head: HTTPHead,
        pathAndQuery: HTTPHead.Part,
        target: UpstreamTarget,
        credentials: OutgoingCredentials = .client(withoutLines: []),
        bodyLength: Int?,
        allocator: ByteBufferAllocator
    ) {
        var writer = HeadWriter(head, capacity: head.bytes.readableBytes + 128, allocator: allocator)
        writer.start(head.first)
        writer.start(" ")
        if !target.pathPrefix.isEmpty { writer.start(target.pathPrefix) }
        writer.start(pathAndQuery)
        writer.start(" HTTP/1.1\r\n")
        let named = head.namedByConnection()
        var hasHost = false
        var hasVersion = false
        var credential = credentials.header(insteadOf: head)
        for (index, line) in head.lines.enumerated() {
            switch line.known {
            case .connection, .hopByHop:
                continue
            case .replayMark:
                changes.append("\(ReplayMark.header) noted and kept back")
            case .pin:
                changes.append("x-tapedeck-account kept back" + (credentials.isAccount ? "" : ": there is no account"))
            case .credential where !credentials.passes(index):
                // In the place of the first of the client's, once.
                if let header = credential, head.withBytes(line.name, { header.hasName($0) }) {
                    writer.write(head.text(line.name), header.value)
                    credential = nil
                }
            case .cookie where credentials.isAccount:
                changes.append("the client's cookies kept back")
            case .anthropicVersion:
                hasVersion = true
                writer.keep(index)
            case .host:
                writer.write(head.text(line.name), target.authority)
                hasHost = true
            case .transferEncoding:
                if let bodyLength { writer.write("Content-Length", String(bodyLength)) }
            case .acceptEncoding:
                let offered = head.text(line.value)
                if let narrowed = AcceptEncoding.narrowed(offered) {
                    writer.write(head.text(line.name), narrowed)
                    changes.append("accept-encoding narrowed from '\(offered)' to '\(narrowed)'")
                } else {
                    writer.keep(index)
                }
            default:
                if !head.isNamed(line, in: named) { writer.keep(index) }
            }
        }
        if !hasHost { writer.write("Host", target.authority) }
        if let header = credential { writer.write(header.name, header.value) }
        if credentials.isAccount, !hasVersion {
            writer.write("anthropic-version", ForwardedRequest.defaultVersion)
            changes.append("anthropic-version \(ForwardedRequest.defaultVersion) added, as the client named none")
        }
        writer.finish()
        bytes = writer.bytes
        derived = writer.derived
    }
}

extension HTTPHead {
    /// Header names that `Connection` lines name besides the usual ones (RFC 9110 section 7.6.1).
    func namedByConnection() -> [String] {
        var names: [String] = []
        for line in lines where line.known == .connection {
            if withBytes(line.value, { $0.isEqualIgnoringCase("keep-alive") || $0.isEqualIgnoringCase("close") }) {
                continue
            }
            for name in text(line.value).split(separator: ",") {
                let name = name.trimmingSpaces
                if !name.isEmpty { names.append(name) }
            }
        }
        return names
    }

    /// Whether `Connection` says that the line concerns one connection only; the framing can't be named away.
    func isNamed(_ line: Line, in names: [String]) -> Bool {
        guard !names.isEmpty, line.known != .contentLength else { return false }
        let name = text(line.name)
        return names.contains { $0.equalsIgnoringCase(name) }
    }

    /// Whether a `Connection` line has that member, given in lower case.
    func connectionSays(_ member: StaticString) -> Bool {
        lines.contains { line in
            guard line.known == .connection else { return false }
            if withBytes(line.value, { $0.isEqualIgnoringCase(member) }) { return true }
            // The two that stand alone nearly always.
            if withBytes(line.value, { $0.isEqualIgnoringCase("keep-alive") || $0.isEqualIgnoringCase("close") }) {
                return false
            }
            return text(line.value).split(separator: ",").contains {
                member.description == $0.trimmingSpaces.lowercased()
            }
        }
    }
}
