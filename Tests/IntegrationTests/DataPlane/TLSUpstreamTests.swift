import Foundation
import NIOCore
import NIOSSL
import ProxyRuntime
import Recorder
import TestSupport
import Testing

@Suite("Encrypted upstreams", .timeLimit(.minutes(5)))
struct TLSUpstreamTests {
    private static let reply = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

    /// Runs an upstream whose certificate is for `localhost`, and a proxy that asks for it by another name or not.
    private func run(
        host: String,
        trusts: Bool,
        reply: RawUpstream.Reply = .text(TLSUpstreamTests.reply),
        _ body: (ProxyUnderTest, RawUpstream) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let files = try await TestCertificates(in: directory.path)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
        )
        configuration.applicationProtocols = ["http/1.1"]
        let context = try NIOSSLContext(configuration: configuration)
        let prepare: @Sendable (any Channel) throws -> Void = { channel in
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }
        try await RawUpstream.run([reply], prepare: prepare) { upstream, port in
            try await ProxyUnderTest.run(
                upstream: "https://\(host):\(port)",
                { if trusts { $0.upstreamCertificates = (files.authority, "UPSTREAM_CA_FILE") } }
            ) { proxy in try await body(proxy, upstream) }
        }
    }

    @Test("are spoken to when their certificate is right")
    func trusted() async throws {
        try await run(host: "localhost", trusts: true) { proxy, upstream in
            let client = try await proxy.client()
            for _ in 0..<3 {
                try await client.send(post())
                let answer = await client.readResponse()
                #expect(answer.text == "{}")
                #expect(try proxy.recorded(answer)?.kinds == [.success])
            }
            #expect(upstream.requests.count == 3)
        }
    }

    @Test("are refused when their certificate is not", arguments: [("127.0.0.1", true), ("localhost", false)])
    func untrusted(_ row: (host: String, trusts: Bool)) async throws {
        try await run(host: row.host, trusts: row.trusts) { proxy, upstream in
            let answer = try await proxy.answer(to: post(lines: ["x-api-key: secret"]))
            #expect(answer.status == 502)
            #expect(answer.values("x-tapedeck-error") == ["upstream_unreachable"])
            #expect(answer.text.contains("TLS: "))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.kinds == [.network])
            #expect(item.exchange.attempts.first?.failure?.hasPrefix("TLS: ") == true)
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("an answer that ends with the connection is whole when TLS ends in order")
    func closeDelimited() async throws {
        let reply = RawUpstream.Reply.last("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it")
        try await run(host: "localhost", trusts: true, reply: reply) { proxy, _ in
            let answer = try await proxy.answer(to: post())
            #expect(answer.isWhole)
            #expect(answer.text == "all of it")
        }
    }

    @Test("a plain port is no TLS: 502 with the reason")
    func plainPort() async throws {
        try await RawUpstream.run([.last("HTTP/1.1 400 Bad Request\r\n\r\n")]) { _, port in
            try await ProxyUnderTest.run(
                upstream: "https://127.0.0.1:\(port)",
                { $0.dataPlane.limits.connect = .milliseconds(500) }
            ) { proxy in
                let answer = try await proxy.answer(to: post())
                // The port waits for an end of a head that never comes, so the handshake runs out of time.
                #expect([502, 504].contains(answer.status))
                #expect(try proxy.recorded(answer)?.exchange.attempts.count == 1)
            }
        }
    }

    @Test("a file without certificates is named")
    func namesBadFile() async throws {
        let directory = try TemporaryDirectory()
        let error = await #expect(throws: SettingsError.self) {
            try await ProxyUnderTest.run(
                upstream: "https://localhost:1",
                { $0.upstreamCertificates = (directory.path + "/none", "UPSTREAM_CA_FILE") }
            ) { _ in }
        }
        #expect(error?.description.hasPrefix("UPSTREAM_CA_FILE: '\(directory.path)/none' ") == true)
    }
}
