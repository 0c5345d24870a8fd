import Testing

@testable import ProxyRuntime

@Suite("Narrowing of Accept-Encoding")
struct AcceptEncodingTests {
    /// What a client offers, and what is offered upstream.
    static let table: [(offered: String, sent: String)] = [
        ("gzip", "gzip"),
        ("GZIP, Deflate", "GZIP, Deflate"),
        ("gzip,deflate", "gzip,deflate"),
        ("identity", "identity"),
        ("", ""),
        ("gzip, deflate, br, zstd", "gzip, deflate"),
        ("br, gzip", "gzip"),
        ("zstd;q=1.0, gzip;q=0.5", "gzip;q=0.5"),
        ("gzip;q=0, br", "gzip;q=0"),
        ("identity;q=0, br", "identity;q=0"),
        ("br", "identity"),
        ("br, zstd", "identity"),
        ("*", "gzip"),
        ("*;q=0.3", "gzip;q=0.3"),
        ("br, *;q=0.1", "gzip;q=0.1"),
        ("gzip, *", "gzip"),
        ("gzip;q=0.5, *;q=0.1, br", "gzip;q=0.5"),
        ("x-gzip", "x-gzip"),
        // Refusals are no offers: without them identity would be acceptable again.
        ("*;q=0", "*;q=0"),
        ("gzip, *;q=0", "gzip, *;q=0"),
        ("br, *;q=0.000", "*;q=0.000"),
        ("compress, dcb", "identity"),
        ("gzipped", "identity"),
        ("gzip , , deflate", "gzip , , deflate"),
    ]

    @Test("never offers what the client did not offer", arguments: table)
    func narrows(_ row: (offered: String, sent: String)) {
        let narrowed = AcceptEncoding.narrowed(row.offered)
        #expect(narrowed ?? row.offered == row.sent)
        if row.offered == row.sent { #expect(narrowed == nil) }
    }
}
