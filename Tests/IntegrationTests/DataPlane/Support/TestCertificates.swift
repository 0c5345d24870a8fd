import Foundation
import TestSupport

/// An authority made for one test, and a certificate for `localhost` that it has signed.
struct TestCertificates {
    let authority: String
    let certificate: String
    let key: String

    /// Makes the files with the `openssl` tool.
    init(in directory: String) async throws {
        authority = directory + "/authority.pem"
        certificate = directory + "/certificate.pem"
        key = directory + "/key.pem"
        let authorityKey = directory + "/authority-key.pem"
        let request = directory + "/request.pem"
        let names = directory + "/names"
        try Data("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n".utf8).write(to: URL(filePath: names))
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try await TestCertificates.openssl(
            ["req", "-x509"] + newKey
                + ["-subj", "/CN=Test Authority", "-days", "2", "-keyout", authorityKey, "-out", authority],
            in: directory
        )
        try await TestCertificates.openssl(
            ["req"] + newKey + ["-subj", "/CN=localhost", "-keyout", key, "-out", request],
            in: directory
        )
        try await TestCertificates.openssl(
            [
                "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-CAcreateserial", "-days",
                "2",
                "-extfile", names, "-out", certificate,
            ],
            in: directory
        )
    }

    private static func openssl(_ arguments: [String], in directory: String) async throws {
        let outcome = try await RunningProcess(
            "/usr/bin/env",
            ["openssl"] + arguments,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"],
            directory: directory
        ).outcome()
        guard outcome.code == 0 else { throw ProcessError(message: "openssl: \(outcome.errors)") }
    }
}
