import Glibc
import Testing

/// A journald of its own, in a mount namespace of the calling thread (Tests/journald): only for a process that exists for one test,
/// and only from that thread.
struct PrivateJournal {
    private let processID: Int32

    /// Whether this machine lets a test have one: root, the right to make a mount namespace, and journald installed.
    static let isPossible =
        geteuid() == 0 && (try? output(of: "unshare --mount true && test -x /lib/systemd/systemd-journald && echo yes")) == "yes\n"
    static let reason: Comment = "needs root, a mount namespace and systemd-journald"

    init() throws {
        // Not in Swift's own list of the C library, since it stands behind _GNU_SOURCE.
        typealias Unshare = @convention(c) (Int32) -> Int32
        let newMountNamespace: Int32 = 0x20000  // CLONE_NEWNS
        guard let symbol = dlsym(nil, "unshare"), unsafeBitCast(symbol, to: Unshare.self)(newMountNamespace) == 0 else {
            throw CallFailed(call: "unshare")
        }
        let script = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/") + "/journald"
        let answer = try PrivateJournal.output(of: "mount --make-rprivate / && '\(script)' --here 60")
        guard let number = Int32(answer.dropLast()) else { throw CallFailed(call: script) }
        processID = number
    }

    /// What journalctl shows, after everything that was sent before has been stored. `--all`: long values too.
    func entries(_ arguments: String) throws -> String {
        try PrivateJournal.output(of: "journalctl --sync && journalctl --all --quiet --output=export \(arguments)")
    }

    /// The same in journalctl's JSON, one object a line.
    func json(_ arguments: String) throws -> String {
        try PrivateJournal.output(of: "journalctl --sync && journalctl --all --quiet --output=json \(arguments)")
    }

    /// Stalls journald: it holds its socket and reads nothing.
    func stop() throws { try journaldProcess().forEach { kill($0, SIGSTOP) } }

    /// Lets it read again.
    func goOn() throws { try journaldProcess().forEach { kill($0, SIGCONT) } }

    /// `timeout`, which was started, and journald below it.
    private func journaldProcess() throws -> [Int32] {
        try PrivateJournal.output(of: "pgrep --parent \(processID)").split(separator: "\n").compactMap { Int32($0) }
    }

    /// Ends journald; its socket's file stays, as it does when journald crashes.
    func end() throws {
        kill(processID, SIGTERM)
        _ = try PrivateJournal.output(of: "while kill -0 \(processID); do sleep 0.01; done 2>/dev/null")
    }

    /// The standard output of a shell's command, run as a child of this very thread, in its namespace.
    static func output(of command: String) throws -> String {
        guard let pipe = popen(command, "r") else { throw CallFailed(call: "popen") }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { output += buffer[..<count] }
        pclose(pipe)
        return String(decoding: output, as: UTF8.self)
    }
}
