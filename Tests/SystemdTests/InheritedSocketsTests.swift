import Glibc
import Testing

@testable import Systemd

@Suite("Sockets that the manager opened")
struct InheritedSocketsTests {
    @Test func listeningSockets_passedFromThree_areTakenByNameOnceAndOnlyOnce() async throws {
        try await Self.withListeners(2) { listeners in
            let said = try await SocketTaker.run(listeners, names: "varlink:control")
            #expect(said == ["1 varlink 3 cloexec nonblocking", "1 control 4 cloexec nonblocking"])
        }
    }

    @Test func sockets_withoutNames_areTakenAsUnknown() async throws {
        try await Self.withListeners(1) { listeners in
            let said = try await SocketTaker.run(listeners, names: nil)
            #expect(said == ["1 unknown 3 cloexec nonblocking"])
        }
    }

    @Test func socketsOfAnotherProcess_leftInTheEnvironment_areNotTaken() async throws {
        try await Self.withListeners(1) { listeners in
            let said = try await SocketTaker.run(listeners, names: "varlink", process: "1")
            #expect(!said.contains { $0.hasPrefix("1 ") || $0.hasPrefix("2 ") })
        }
    }

    /// Names for two and one socket: which of them is meant cannot be known.
    @Test func sockets_withAnotherNumberOfNames_areRefused() async throws {
        try await Self.withListeners(1) { listeners in
            let said = try await SocketTaker.run(listeners, names: "varlink:control")
            #expect(said.first?.hasPrefix("1 The inherited sockets ($LISTEN_FDS) could not be taken") == true, "\(said)")
        }
    }

    @Test func socket_thatIsPassedAndDoesNotListen_isRefused() async throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        let said = try await SocketTaker.run([descriptor], names: "varlink")
        #expect(said.first == "1 Inherited descriptor 3 (varlink) is not a listening Unix stream socket")
    }

    /// Sockets that listen, each at a path of its own.
    private static func withListeners(_ count: Int, _ body: ([Int32]) async throws -> Void) async throws {
        let folder = try temporaryFolder()
        var listeners: [Int32] = []
        defer {
            for (number, descriptor) in listeners.enumerated() {
                close(descriptor)
                unlink("\(folder)/\(number)")
            }
            rmdir(folder)
        }
        for number in 0..<count {
            let descriptor = try boundUnixSocket(SOCK_STREAM, path: "\(folder)/\(number)")
            listeners.append(descriptor)
            try #require(listen(descriptor, 1) == 0)
        }
        try await body(listeners)
    }

    @Test func socket_thatDoesNotListen_isRefusedByNumberAndName() throws {
        let folder = try temporaryFolder()
        let descriptor = try boundUnixSocket(SOCK_STREAM, path: folder + "/socket")
        defer {
            close(descriptor)
            unlink(folder + "/socket")
            rmdir(folder)
        }
        let error = #expect(throws: SystemdError.self) { try InheritedSockets.check(descriptor, name: "varlink") }
        #expect(error?.code == .inheritedSocketUnusable)
        #expect(error?.description == "Inherited descriptor \(descriptor) (varlink) is not a listening Unix stream socket")
        #expect(listen(descriptor, 1) == 0)
        try InheritedSockets.check(descriptor, name: "varlink")
    }

    @Test(arguments: [(AF_UNIX, SOCK_DGRAM), (AF_INET, SOCK_STREAM)])
    func socket_ofAnotherFamilyOrType_isRefused(family: Int32, type: __socket_type) {
        let descriptor = socket(family, Int32(type.rawValue), 0)
        defer { close(descriptor) }
        if type == SOCK_STREAM { listen(descriptor, 1) }
        #expect(throws: SystemdError.self) { try InheritedSockets.check(descriptor, name: "varlink") }
    }

    @Test(arguments: [AF_INET, AF_INET6]) func internetSocket_isTaken_whereItIsAskedFor(family: Int32) throws {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        #expect(throws: SystemdError.self) { try InheritedSockets.check(descriptor, name: "webhook", family: .unixAndInternet) }
        try #require(listen(descriptor, 1) == 0)
        try InheritedSockets.check(descriptor, name: "webhook", family: .unixAndInternet)
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
        let datagrams = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(datagrams) }
        #expect(throws: SystemdError.self) { try InheritedSockets.check(datagrams, name: "webhook", family: .unixAndInternet) }
    }

    @Test func descriptor_thatIsClosed_isRefusedWithTheSystemsReason() {
        let error = #expect(throws: SystemdError.self) { try InheritedSockets.check(987_654, name: "varlink") }
        #expect(error?.errorNumber == EBADF)
    }
}
