import Foundation
import GraphAPI
import Testing

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    @Test func certificate_thatNobodyKnows_isRefusedUnlessItsFileIsGiven() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "wabawatch-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (key, certificate) = (folder.appending(path: "key.pem").path, folder.appending(path: "certificate.pem").path)
        let maker = try openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost")
        maker.process.waitUntilExit()
        let server = try openssl("s_server", "-accept", "127.0.0.1:0", "-www", "-key", key, "-cert", certificate)
        defer { server.process.terminate() }
        let port = try #require(server.port())

        var settings = CurlTransport.Settings()
        let untrusting = try CurlTransport(settings)
        defer { untrusting.close() }
        let error = await #expect(throws: TransportError.self) {
            try await untrusting.send(HTTPRequest(url: "https://localhost:\(port)/", headers: [("Authorization", "Bearer EAAG")]))
        }
        #expect(error?.code == .tls && error?.description.contains("EAAG") == false, "\(String(describing: error))")

        settings.extraCAFile = certificate
        let trusting = try CurlTransport(settings)
        defer { trusting.close() }
        let response = try await trusting.send(HTTPRequest(url: "https://localhost:\(port)/"))
        #expect(response.status == 200)
        // The name counts too: the certificate is not for the address.
        let other = await #expect(throws: TransportError.self) { try await trusting.send(HTTPRequest(url: "https://127.0.0.1:\(port)/")) }
        #expect(other?.code == .tls, "\(String(describing: other))")
    }

    private struct Program {
        let process: Process
        let output: FileHandle

        /// The port in the line `ACCEPT 127.0.0.1:12345`.
        func port() -> Int? {
            var text = ""
            while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
                let data = output.availableData
                guard !data.isEmpty else { return nil }
                text += String(decoding: data, as: UTF8.self)
            }
            return text.split(whereSeparator: { $0 == ":" || $0.isNewline }).last.flatMap { Int($0) }
        }
    }

    private func openssl(_ arguments: String...) throws -> Program {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return Program(process: process, output: pipe.fileHandleForReading)
    }
}
