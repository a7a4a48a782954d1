import Foundation
import StrictJSON
import Synchronization
import TestSupport
import Testing

@testable import Varlink

private let identity = ServiceIdentity(vendor: "Test", product: "Server", version: "1", url: "https://example.com")

@Suite(.inTurn, .timeLimit(.minutes(1))) struct LifeCycleTests {
    @Test(arguments: [false, true]) func server_toldToStop_cancelsItsCallsAndTakesItsFileAway(byCancellation: Bool) async throws {
        let (started, hasStarted) = AsyncStream<Void>.makeStream()
        let interface = try protocolInterface(waiting: {
            hasStarted.yield()
            for await _ in AsyncStream<Void>.makeStream().stream {}
            try Task.checkCancellation()
        })
        let server = try VarlinkServer(identity: identity, interfaces: [interface])
        let path = temporarySocketPath()
        let (listening, isListening) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(on: .path(path, mode: 0o600)) { isListening.yield() } }
            for await _ in listening { break }
            let peer = try RawPeer(connectingTo: path)
            let idle = try RawPeer(connectingTo: path)
            await idle.write(echo("a"))
            #expect(await idle.readMessage() == echoed("a"))
            await peer.write(#"{"method":"org.example.test.Wait"}"# + "\0")
            for await _ in started { break }
            if byCancellation { group.cancelAll() } else { server.shutdown() }
            #expect(await peer.readToEnd().isEmpty)
            #expect(await idle.readToEnd().isEmpty)
            try await group.waitForAll()
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func server_stoppingWhileAPeerReadsLate_writesWhatItAnswered() async throws {
        let (answered, wasAnswered) = AsyncStream<Void>.makeStream()
        let text = String(repeating: "x", count: 1 << 20)
        let interface = try TestInterface(
            "interface org.example.test\nmethod Large() -> (text: string)\nmethod Next() -> ()",
            [
                "Large": { _, _ in ["text": .string(text)] },
                "Next": { _, _ in
                    wasAnswered.yield()
                    return [:]
                },
            ])
        let peer = try await withServer([interface]) { path in
            let peer = try RawPeer(connectingTo: path)
            await peer.write(#"{"method":"org.example.test.Large"}"# + "\0" + #"{"method":"org.example.test.Next","oneway":true}"# + "\0")
            for await _ in answered { break }
            // Read by another while the server stops, which waits for it.
            return ReadAhead(peer)
        }
        #expect(await peer.text() == echoed(text))
    }

    @Test func file_thatNobodyAnswersOn_isReplacedAndALiveOneIsNot() async throws {
        let path = temporarySocketPath()
        let stale = try ListeningSocket.path(path, mode: 0o600).open()
        close(stale.descriptor)
        #expect(FileManager.default.fileExists(atPath: path))
        let opened = try ListeningSocket.path(path, mode: 0o640).open()
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
        #expect(throws: ServerSetupError.addressInUse(path)) { try ListeningSocket.path(path, mode: 0o600).open() }
        close(opened.descriptor)
        let successor = try ListeningSocket.path(path, mode: 0o600).open()
        opened.remove()
        #expect(FileManager.default.fileExists(atPath: path), "a successor's file stays")
        successor.remove()
        close(successor.descriptor)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func path_thatIsNoSocket_isRefusedAndStays() throws {
        let path = temporarySocketPath()
        try Data("text".utf8).write(to: URL(filePath: path))
        #expect(throws: ServerSetupError.badPath(path)) { try ListeningSocket.path(path, mode: 0o600).open() }
        #expect(FileManager.default.fileExists(atPath: path))
        try FileManager.default.removeItem(atPath: path)
        let long = "/tmp/" + String(repeating: "x", count: 108)
        #expect(throws: ServerSetupError.badPath(long)) { try ListeningSocket.path(long, mode: 0o600).open() }
    }

    @Test func socket_thatWasInherited_isServedAndItsFileStays() async throws {
        let path = temporarySocketPath()
        let inherited = try ListeningSocket.path(path, mode: 0o600).open()
        let server = try VarlinkServer(identity: identity, interfaces: [protocolInterface()])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(on: .inherited(fileDescriptor: inherited.descriptor)) }
            let client = try await VarlinkClient.connect(path: path)
            let reply = try await client.call("org.example.test.Echo", ["text": "a"])
            #expect(reply["text"] == "a")
            server.shutdown()
            try await group.waitForAll()
        }
        #expect(FileManager.default.fileExists(atPath: path))
        inherited.remove()
        #expect(throws: ServerSetupError.badDescriptor(0)) { try ListeningSocket.inherited(fileDescriptor: 0).open() }
    }

    @Test func interfaces_thatDoNotAgreeWithTheirTexts_areRefused() throws {
        let wrong = try TestInterface("interface org.x\nmethod A() -> ()", ["A": { _, _ in [:] }, "B": { _, _ in [:] }])
        #expect(throws: ServerSetupError.methodsNotDeclared(interface: "org.x", methods: ["B"])) {
            try VarlinkServer(identity: identity, interfaces: [wrong])
        }
        let right = try TestInterface("interface org.x\nmethod A() -> ()", ["A": { _, _ in [:] }])
        #expect(throws: ServerSetupError.interfaceTwice("org.x")) { try VarlinkServer(identity: identity, interfaces: [right, right]) }
        let service = try TestInterface("interface org.varlink.service", [:])
        #expect(throws: ServerSetupError.interfaceTwice("org.varlink.service")) {
            try VarlinkServer(identity: identity, interfaces: [service])
        }
    }
}

/// Reads to the end from now on.
private final class ReadAhead: Sendable {
    private let texts: AsyncStream<String>

    init(_ peer: RawPeer) {
        let (texts, continuation) = AsyncStream<String>.makeStream()
        self.texts = texts
        peer.readAll { continuation.yield($0) }
    }

    func text() async -> String? {
        for await text in texts { return text }
        return nil
    }
}
