import Foundation
import TestSupport
import Testing

@testable import Varlink

/// Who is of a user that cannot be told apart here, as all are where a unit has a user namespace of its own, has the share of its control group: a user's
/// slice, a unit.
@Suite(.inTurn, .timeLimit(.minutes(1)), .enabled(if: groups != nil, "control groups of peers cannot be seen or made here"))
struct ControlGroupTests {
    /// Processes as nobody, each in the group that its turn names: each connects three times and says how often it was served, and holds what it has.
    private static let peers = """
        import os, signal, socket, sys
        def served(path):
            peers = []
            for _ in range(3):
                peer = socket.socket(socket.AF_UNIX)
                peer.settimeout(30)
                peer.connect(path)
                try:
                    peer.sendall(b'{"method":"org.varlink.service.GetInfo"}\\0')
                    if peer.recv(1): peers.append(peer)
                except ConnectionError:
                    pass
            return peers
        path, folder, *turns = sys.argv[1:]
        began = []
        for name in turns:
            group = folder + "/" + name
            os.makedirs(group, exist_ok=True)
            reading, writing = os.pipe()
            began.append(os.fork())
            if not began[-1]:
                with open(group + "/cgroup.procs", "w") as processes: processes.write("0")
                os.setgroups([]); os.setgid(65534); os.setuid(65534)
                held = served(path)
                os.write(writing, b"%d" % len(held))
                signal.pause()
            print(os.read(reading, 1).decode(), flush=True)
        for process in began:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        for name in set(turns): os.rmdir(folder + "/" + name)
        os.rmdir(folder)
        """

    @Test func peers_ofAnUnknownUser_haveTheShareOfTheirControlGroup() async throws {
        var limits = ServerLimits()
        limits.connectionsPerUser = 2
        let folder = try #require(groups) + "/varlink-\(UUID().uuidString.prefix(8))"
        let output = try await withServer([], limits: limits) { path in
            try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
            return try await Python.run(["-c", Self.peers, path, folder, "one", "other", "one", "third"])
        }
        #expect(output.output.split(separator: "\n") == ["2", "2", "0", "2"], "another process of the first group gets no more")
        #expect(output.status == 0)
    }
}

/// Where control groups can be made, where the kernel tells a socket's peer's and this process may be somebody else.
private let groups: String? = {
    guard geteuid() == 0, Python.isThere, let mounts = try? String(contentsOfFile: "/proc/mounts", encoding: .utf8) else { return nil }
    guard let mount = mounts.split(separator: "\n").map({ $0.split(separator: " ") }).first(where: { $0.count > 2 && $0[2] == "cgroup2" })
    else { return nil }
    var sockets: [Int32] = [-1, -1]
    guard access(String(mount[1]), W_OK) == 0, socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &sockets) == 0 else { return nil }
    defer { for socket in sockets { close(socket) } }
    return Peer.controlGroup(of: sockets[0]) == nil ? nil : String(mount[1])
}()
