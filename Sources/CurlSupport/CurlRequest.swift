/// A request and the limits within which it may be answered.
///
/// What is not here is not sent: no `Accept`, `User-Agent`, `Expect` or `Content-Type` of libcurl's own. It adds `Host`
/// unless the headers have one, and `Content-Length` when there is a body.
package struct CurlRequest: Sendable {
    /// The method, such as `POST`.
    package var method: String
    /// An absolute `http` or `https` URL; its path is sent as it stands.
    package var url: String
    /// The header lines in order.
    package var headers: [CurlHeader]
    /// The body, or `nil` for none; an empty one is announced as `Content-Length: 0`, and `HEAD` sends none.
    package var body: [UInt8]?
    /// The version to speak.
    package var version: CurlVersion
    /// How long it may take, and how much may come.
    package var limits: CurlLimits
    /// A PEM file of the authorities to trust instead of the system's.
    package var authorityFile: String?
    /// Whether it has a connection of its own, closed behind it, so that libcurl never sends it twice.
    package var isSentOnce: Bool

    /// Makes a request.
    package init(
        method: String = "GET",
        url: String,
        headers: [CurlHeader] = [],
        body: [UInt8]? = nil,
        version: CurlVersion = .automatic,
        limits: CurlLimits = CurlLimits(),
        authorityFile: String? = nil,
        isSentOnce: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.version = version
        self.limits = limits
        self.authorityFile = authorityFile
        self.isSentOnce = isSentOnce
    }

    /// Why the request can't be put on a wire, or `nil` when it can.
    var fault: String? {
        if method.isEmpty || !method.utf8.allSatisfy(CurlRequest.isTokenByte) { return "the method is no HTTP token" }
        if url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            return "the URL holds a space or control character"
        }
        for header in headers {
            if header.name.isEmpty || !header.name.utf8.allSatisfy(CurlRequest.isTokenByte) {
                return "a header's name is no HTTP token"
            }
            // A line break would begin another header line.
            if header.value.utf8.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) {
                return "the header \(header.name) holds a line break"
            }
        }
        return nil
    }

    /// RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
