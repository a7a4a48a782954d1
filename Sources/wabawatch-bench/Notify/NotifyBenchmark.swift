import ArgumentParser
import Foundation

/// What a storm costs the notifier while one of its destinations hangs.
struct NotifyBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "A storm of changes through the notifier, one of whose destinations hangs: how soon the others have it, and its memory.",
        discussion: """
            The real wabawatch-notify at the daemon's socket, which is a process of its own with a ledger in /dev/shm. Three routes take every change: a web \
            hook that takes connections and never answers, a program that is given each change, and one that is given a message.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How many changes the storm has.") var changes: Int?

    /// What a route was told, in a file that its program appends to.
    private struct Told {
        let path: String
        var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        /// Lines that each run of the program has counted.
        var lines: Int { text.split(separator: "\n").reduce(0) { $0 + (Int($1.trimmingCharacters(in: .whitespaces)) ?? 0) } }
    }

    func run() async throws {
        let count = changes ?? (options.short ? 20_000 : 140_000)
        let folder = try TemporaryFolder()
        let memory = "/dev/shm/wabawatch-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: memory, withIntermediateDirectories: false)
        defer {
            folder.remove()
            try? FileManager.default.removeItem(atPath: memory)
        }
        let daemon = try OwnFanOut(in: memory, "storm")
        defer { daemon.stop() }
        let hook = try SilentHook()
        let (events, message) = (Told(path: folder.path("events")), Told(path: folder.path("message")))
        let match = "match: { kinds: [qr_code] }"
        let notifier = try NotifierProcess(
            routes: """
                  - { name: hanging, \(match), timeout: 10m, to: { http: "http://127.0.0.1:\(hook.port)/" } }
                  - { name: events, \(match), to: { exec: [ /bin/sh, -c, "wc -l >>\(events.path)" ], input: json } }
                  - { name: message, \(match), group: 2s, to: { exec: [ /bin/sh, -c, "cat >>\(message.path)" ] } }
                """, reading: "\(memory)/storm.sock", in: folder)
        defer { notifier.stop() }
        // Who has kept a cursor reads.
        try Self.await("all of them read") {
            ["hanging", "events", "message"].allSatisfy { FileManager.default.fileExists(atPath: folder.path("\($0).cursor")) }
        }
        try daemon.publish(1)
        try Self.await("the first change is told") { events.lines == 1 && !message.text.isEmpty }
        let (before, processor) = (notifier.mebibytes("VmRSS"), try notifier.processorSeconds)
        let start = Machine.now
        try daemon.publish(count)
        try Self.await("the storm is told in one message or more") { Self.counted(message.text) >= count + 1 }
        let told = Machine.now - start
        try Self.await("every change is told") { events.lines >= count + 1 }
        let seconds = Machine.now - start
        guard events.lines == count + 1 else { throw Failure("\(events.lines) changes were told of \(count + 1)") }
        let peak = notifier.mebibytes("VmHWM")
        print("notify: \(count) changes at once, a destination that hangs beside two that take them")
        print(Machine.description)
        var table = Table("", "figure")
        table.add("until people are told of all of them, in groups of 2 s", "\(told.figure) s")
        table.add("until a program has been given each of them", "\(seconds.figure) s")
        table.add("changes a second to it", (Double(count) / seconds).figure)
        table.add("processor time", "\((try notifier.processorSeconds - processor).figure) s")
        table.add("resident before", "\(before.figure) MiB")
        table.add("resident at the most", "\(peak.figure) MiB")
        table.show()
        var bounds = Bounds()
        // The events of a delivery and a few more, however many there are, some 18 MiB: a kilobyte of each would be 20 MiB more in the short form.
        bounds.atLeast(1, 32 / max(peak - before, 0.1), "memory that a storm takes, of 32 MiB")
        bounds.atLeast(0.02, Double(count) / told / 10_000, "changes a second into messages, of 10,000")
        if options.short { try bounds.conclude() }
    }

    /// How many changes the messages tell of: what is counted in a message stands in its last line.
    private static func counted(_ text: String) -> Int {
        text.split(separator: "\n").reduce(0) { sum, line in
            if let all = line.firstRange(of: "in all: ") { return sum + (Int(line[all.upperBound...].prefix { $0.isNumber }) ?? 0) - 20 }
            return sum + 1
        }
    }

    private static func await(_ what: String, _ condition: () -> Bool) throws {
        let end = Machine.now + 300
        while !condition() {
            guard Machine.now < end else { throw Failure("not within five minutes: \(what)") }
            usleep(10_000)
        }
    }
}

/// A port that takes connections and never answers.
private final class SilentHook {
    let port: UInt16
    private let listener: Int32

    init() throws {
        port = try Connection.freePort()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Connection.loopback(port: port)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard bound == 0, listen(listener, 16) == 0 else { throw Failure("port \(port) cannot be had") }
    }

    deinit { close(listener) }
}
