import Foundation
import GraphAPI
import Glibc
import Testing

/// The transport against a web server that is not ours.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: LocalProgram.isInstalled("nginx") && LocalProgram.isInstalled("openssl"), "nginx or openssl is not installed")
)
struct NginxTests {
    @Test func http2_whereItIsOffered_isSpoken() async throws {
        try await withNginx { nginx, transport in
            let spoken = (try await text(transport, nginx.both + "/protocol"), try await text(transport, nginx.old + "/protocol"))
            #expect(spoken == ("HTTP/2.0", "HTTP/1.1"))
        }
    }

    @Test func gzip_isAskedForAndTakenOff() async throws {
        try await withNginx { nginx, transport in
            for base in [nginx.both, nginx.old] {
                let response = try await transport.send(HTTPRequest(url: base + "/limit"))
                #expect(response.values(of: "content-encoding") == ["gzip"])
                #expect(response.body.count == 16 << 20 && response.body.allSatisfy { $0 == 0 })
            }
        }
    }

    @Test(arguments: ["/beyond", "/bomb"]) func gzip_ofMoreThanTheLimit_isRefused(path: String) async throws {
        try await withNginx { nginx, transport in
            for base in [nginx.both, nginx.old] {
                let error = await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(url: base + path)) }
                #expect(error?.code == .tooLarge, "\(String(describing: error))")
                // The transport goes on.
                let after = try await text(transport, base + "/protocol")
                #expect(after.hasPrefix("HTTP/"))
            }
        }
    }

    @Test func connection_isKept() async throws {
        try await withNginx { nginx, transport in
            for base in [nginx.both, nginx.old] {
                var connections: Set<String> = []
                for _ in 0..<10 { connections.insert(try await text(transport, base + "/connection")) }
                #expect(connections.count == 1)
            }
        }
    }

    @Test func requestsAtOnce_overHTTP2_shareOneConnection() async throws {
        try await withNginx { nginx, transport in
            let url = nginx.both + "/connection"
            let connections = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 { group.addTask { try await text(transport, url) } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(connections.count == 1)
        }
    }
}

private func text(_ transport: CurlTransport, _ url: String) async throws -> String {
    String(decoding: try await transport.send(HTTPRequest(url: url)).body, as: UTF8.self)
}

/// nginx on two ports of this machine, both with TLS: one that offers HTTP/2 and one that does not.
private struct Nginx {
    let both: String
    let old: String
    private let program: LocalProgram

    init(_ certificate: Certificate) throws {
        let ports = try freePorts(2)
        both = "https://localhost:\(ports[0])"
        old = "https://localhost:\(ports[1])"
        // Empty files cost no disk, and compress a thousandfold.
        for (name, size) in [("limit", 16 << 20), ("beyond", 16 << 20 + 1), ("bomb", 256 << 20)] {
            let path = certificate.path(name)
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            truncate(path, size)
        }
        let configuration = """
            daemon off; master_process off; pid \(certificate.path("pid")); error_log stderr notice;
            events {}
            http {
                access_log off; default_type application/json; root \(certificate.folder.path);
                client_body_temp_path \(certificate.path("t1")); proxy_temp_path \(certificate.path("t2"));
                fastcgi_temp_path \(certificate.path("t3")); uwsgi_temp_path \(certificate.path("t4")); scgi_temp_path \(certificate.path("t5"));
                ssl_certificate \(certificate.file); ssl_certificate_key \(certificate.key);
                gzip on; gzip_types application/json; gzip_min_length 1000; gzip_comp_level 1;
                server {
                    listen 127.0.0.1:\(ports[0]) ssl http2; listen 127.0.0.1:\(ports[1]) ssl;
                    location = /protocol { return 200 $server_protocol; }
                    location = /connection { return 200 $connection; }
                }
            }
            """
        try configuration.write(toFile: certificate.path("nginx.conf"), atomically: true, encoding: .utf8)
        program = try LocalProgram("nginx", "-e", "stderr", "-p", certificate.folder.path, "-c", certificate.path("nginx.conf"))
        // It says what it runs on once it listens.
        try #require(program.line(with: "OS: ") != nil, "nginx does not start")
    }

    func stop() { program.stop() }
}

private func withNginx(_ body: (Nginx, CurlTransport) async throws -> Void) async throws {
    let certificate = try Certificate()
    defer { certificate.remove() }
    let nginx = try Nginx(certificate)
    defer { nginx.stop() }
    var settings = CurlTransport.Settings()
    settings.extraCAFile = certificate.file
    let transport = try CurlTransport(settings)
    defer { transport.close() }
    try await body(nginx, transport)
}

/// Ports that nobody has at the moment: nginx takes none by itself.
private func freePorts(_ count: Int) throws -> [Int] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    return try (0..<count).map { _ in
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        sockets.append(listener)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound else { throw Unexpected("no port can be had") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
