import Glibc
import Testing

@testable import Systemd

@Suite("Sockets that the manager opened")
struct InheritedSocketsTests {
    @Test func listeningSockets_passedFromThree_areTakenByNameOnceAndOnlyOnce() async {
        await #expect(processExitsWith: .success) {
            let folder = try temporaryFolder()
            let first = try boundUnixSocket(SOCK_STREAM, path: folder + "/first")
            let second = try boundUnixSocket(SOCK_STREAM, path: folder + "/second")
            #expect(listen(first, 1) == 0 && listen(second, 1) == 0)
            pass([first, second], names: "varlink:control")

            let sockets = try InheritedSockets.take()
            #expect(sockets.map { $0.name } == ["varlink", "control"])
            #expect(sockets.map { $0.fileDescriptor } == [3, 4])
            #expect(fcntl(3, F_GETFD) & FD_CLOEXEC != 0)
            #expect(fcntl(3, F_GETFL) & O_NONBLOCK != 0)
            #expect(getenv("LISTEN_FDS") == nil && getenv("LISTEN_PID") == nil && getenv("LISTEN_FDNAMES") == nil)
            try #expect(InheritedSockets.take().isEmpty)
            unlink(folder + "/first")
            unlink(folder + "/second")
            rmdir(folder)
        }
    }

    @Test func socketsOfAnotherProcess_leftInTheEnvironment_areNotTaken() async {
        await #expect(processExitsWith: .success) {
            setenv("LISTEN_FDS", "1", 1)
            setenv("LISTEN_PID", "1", 1)
            try #expect(InheritedSockets.take().isEmpty)
        }
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

    @Test func descriptor_thatIsClosed_isRefusedWithTheSystemsReason() {
        let error = #expect(throws: SystemdError.self) { try InheritedSockets.check(987_654, name: "varlink") }
        #expect(error?.errorNumber == EBADF)
    }
}

/// Puts descriptors where the manager puts them. What stood there belongs to the runtime of this short-lived process, which ends without it.
private func pass(_ descriptors: [Int32], names: String) {
    let raised = descriptors.map { fcntl($0, F_DUPFD, 200) }
    for (offset, descriptor) in raised.enumerated() { dup2(descriptor, Int32(3 + offset)) }
    setenv("LISTEN_FDS", String(descriptors.count), 1)
    setenv("LISTEN_PID", String(getpid()), 1)
    setenv("LISTEN_FDNAMES", names, 1)
}
