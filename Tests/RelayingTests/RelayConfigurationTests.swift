import FoundationEssentials
import StrictYAML
import TestSupport
import Testing

@testable import Relaying

/// The relay's file, and what is wrong with it.
@Suite struct RelayConfigurationTests {
    private static func load(_ text: String) throws -> RelayConfiguration {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/relay.yaml"
        try Data(text.utf8).write(to: URL(filePath: path))
        return try RelayConfiguration.load(path: path)
    }

    @Test func file_isRead_withItsDefaults() throws {
        let read = try Self.load("host: one\nservers: [ \"nats://10.0.0.1:4222\", \"tls://nats.example.org:4222\" ]\n")
        #expect(read.host == "one" && read.servers == ["nats://10.0.0.1:4222", "tls://nats.example.org:4222"])
        #expect(read.replicas == 3 && read.socket == nil && read.credentialsFile == nil && read.caFile == nil)
    }

    @Test(
        arguments: [
            ("servers: [ \"nats://a:4222\" ]\n", "host: is missing"), ("host: one\n", "servers: is missing"),
            ("host: one\nservers: [ \"a:4222\" ]\n", ":2: servers[0]: should be nats://HOST:PORT or tls://HOST:PORT"),
            ("host: one\nservers: [ \"nats://a:4222\" ]\nreplicas: 2\n", ":3: replicas: should be 1, 3 or 5"),
            ("host: one\nservers: [ \"nats://a:4222\" ]\nreplica: 3\n", ":3: replica: this key is not known"),
        ])
    func mistake_isToldWithItsPlace(text: String, expected: String) throws {
        #expect {
            try Self.load(text)
        } throws: { error in
            (error as? ConfigurationError)?.problems.contains { $0.description.contains(expected) } ?? false
        }
    }
}
