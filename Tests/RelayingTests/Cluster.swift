import FoundationEssentials
import Glibc
import GraphSimulator
import JetStream
import Relaying
import StrictJSON
import Synchronization
import TestSupport
import TestTools
import WabaWatchInterface
import WhatsAppBusiness

@testable import Relaying

/// Some hosts with the real daemon and the real relay each, before one simulated Meta and one NATS server.
final class Cluster: Sendable {
    let folder: TemporaryFolder
    let simulator: GraphSimulator
    let nats: NATSServer
    let names: [String]
    private let running = Mutex<[String: Program]>([:])

    static let programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path()

    init(hosts: [String], starting: [String], accounts: Int = 1) async throws {
        folder = try TemporaryFolder()
        simulator = try await GraphSimulator.start(Platform.sample(accounts: accounts, numbers: 2, blockedUsers: 3))
        nats = try NATSServer(in: folder.path, port: try NATSServer.freePorts(1)[0])
        names = (0..<accounts).map { "acme.\($0)" }
        for host in hosts {
            let path = "\(folder.path)/\(host)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data(daemonConfiguration(path).utf8).write(to: URL(filePath: "\(path)/wabawatch.yaml"))
            let relay = "host: \(host)\nservers: [ \"\(nats.url)\" ]\nsocket: \(path)/io.wabawatch\nreplicas: 1\n"
            try Data(relay.utf8).write(to: URL(filePath: "\(path)/relay.yaml"))
        }
        try startNATS()
        for host in starting { try await start(host) }
    }

    private func daemonConfiguration(_ path: String) -> String {
        let polled: Set<Kind> = [.phoneNumber, .businessProfile, .messageTemplate, .blockedUser]
        let watch = Kind.polled.map { "\($0.rawValue): { every: \(polled.contains($0) ? "500ms" : "never") }" }
        let accounts = names.indices.map {
            "- { name: \"\(names[$0])\", waba_id: \"\(Platform.sampleAccountID($0))\", token: { environment: TOKEN } }"
        }
        return """
            graph: { base_url: "\(simulator.baseURL)", timeout: 2s }
            ledger: { path: "\(path)/ledger.sqlite" }
            socket: { path: "\(path)/io.wabawatch" }
            journal: { enabled: false }
            cluster: { enabled: true }
            watch:
              adaptive: false
              \(watch.joined(separator: "\n  "))
            budget: { calls_per_hour: 1000000 }
            accounts:
              \(accounts.joined(separator: "\n  "))
            """
    }

    /// Runs a test's body and puts everything away, however it ends.
    /// - Parameter starting: the hosts that are started; all unless it is given.
    static func with(
        hosts: [String], starting: [String]? = nil, accounts: Int = 1, _ body: (Cluster) async throws -> Void
    ) async throws {
        let cluster = try await Cluster(hosts: hosts, starting: starting ?? hosts, accounts: accounts)
        defer { for program in cluster.running.withLock({ Array($0.values) }) { program.putAway() } }
        do { try await body(cluster) } catch {
            // What was done, for whoever looks for the reason.
            for host in hosts { print("\(host):\n\(cluster.log(host, "relay.log").suffix(3000))\n\(cluster.log(host).suffix(3000))") }
            try await cluster.simulator.stop()
            throw error
        }
        try await cluster.simulator.stop()
    }

    // MARK: Processes

    func startNATS() throws {
        let program = try nats.start()
        running.withLock { $0["nats"] = program }
    }

    func start(_ host: String) async throws {
        let path = "\(folder.path)/\(host)"
        let notify = try NotifySocket("\(path)/notify")
        let daemon = try Program.spawn(
            [Self.programs + "wabawatchd", "--config", "\(path)/wabawatch.yaml"],
            environment: ["TOKEN": Platform.sampleToken, "NOTIFY_SOCKET": notify.path, "SWIFT_BACKTRACE": "enable=no"], log: "\(path)/log")
        running.withLock { $0["\(host) daemon"] = daemon }
        try await notify.wait(for: "READY=1")
        try startRelay(host)
    }

    func startRelay(_ host: String) throws {
        let path = "\(folder.path)/\(host)"
        let relay = try Program.spawn(
            [Self.programs + "wabawatch-relay", "--config", "\(path)/relay.yaml", "--log-level", "debug"],
            environment: ["SWIFT_BACKTRACE": "enable=no"], log: "\(path)/relay.log")
        running.withLock { $0["\(host) relay"] = relay }
    }

    func program(_ name: String) -> Program? { running.withLock { $0[name] } }

    /// SIGKILL, and its end.
    func kill(_ name: String) {
        let program = running.withLock { $0.removeValue(forKey: name) }
        program?.putAway()
    }

    /// What a host's daemon, or its relay, has written.
    func log(_ host: String, _ name: String = "log") -> String {
        (try? String(contentsOfFile: "\(folder.path)/\(host)/\(name)", encoding: .utf8)) ?? ""
    }

    // MARK: What is there

    func connect() throws -> JetStreamConnection {
        try JetStreamConnection(JetStreamSettings(servers: [nats.url], name: "test", timeout: .seconds(2)))
    }

    /// Everything in the stream.
    func messages(_ stream: JetStreamConnection) async throws -> [StoredMessage] {
        var messages: [StoredMessage] = []
        while let message = try await stream.next(of: "wabawatch.>", from: (messages.last?.sequence ?? 0) + 1, in: "WABAWATCH") {
            messages.append(message)
        }
        return messages
    }

    /// Waits until the stream has what is wanted.
    func waitForMessages(
        _ what: String, _ stream: JetStreamConnection, within limit: Duration = .seconds(60),
        _ condition: ([StoredMessage]) throws -> Bool
    ) async throws -> [StoredMessage] {
        var found: [StoredMessage] = []
        try await eventually(what, within: limit) {
            do {
                found = try await messages(stream)
                return try condition(found)
            } catch is JetStreamError { return false }
        }
        return found
    }

    func setAbout(_ text: String, account: Int = 0) {
        simulator.update { $0[phoneNumber: Platform.samplePhoneNumberID(0, account: account)]?.profile["about"] = .string(text) }
    }
}

extension StoredMessage {
    /// The CloudEvent that it holds.
    var event: JSONObject { (try? JSONValue(parsing: body).object) ?? [:] }
    /// The change in it.
    var change: Change? { event["data"]?.object.flatMap { try? Change(json: $0) } }
    /// What its id says: account, epoch and the account's own sequence.
    var place: (account: String, epoch: UInt64, sequence: UInt64)? {
        let parts = (id ?? "").split(separator: ".").map(String.init)
        guard parts.count == 3, let epoch = UInt64(parts[1]), let sequence = UInt64(parts[2]) else { return nil }
        return (parts[0], epoch, sequence)
    }
}

/// Where messages are not what they have to be: each account's in its own order, without a gap or a repeat, under epochs that only grow, and each thing
/// found for the first time once, and each change of a profile's text leads on from the one before it.
func complaints(_ messages: [StoredMessage]) -> [String] {
    var (complaints, places): ([String], [String: (epoch: UInt64, sequence: UInt64)]) = ([], [:])
    var (baselines, texts): (Set<String>, [String: JSONValue]) = ([], [:])
    for message in messages {
        guard let place = message.place, let change = message.change else {
            complaints.append("\(message.subject) of \(message.id ?? "") cannot be read")
            continue
        }
        let last = places[place.account] ?? (0, 0)
        if place.sequence != last.sequence + 1 || place.epoch < last.epoch { complaints.append("\(message.id ?? "") behind \(last)") }
        places[place.account] = (place.epoch, place.sequence)
        if change.kind == .businessProfile, let text = change.after?["about"] {
            if change.operation == .changed, let known = texts[change.id], change.before?["about"] != known {
                complaints.append("\(message.id ?? "") leads on from \(String(describing: change.before)), and \(known) was known")
            }
            texts[change.id] = text
        }
        if change.operation == .baseline {
            let thing = "\(change.account) \(change.kind.rawValue) \(change.phoneNumberID ?? "") \(change.id)"
            if !baselines.insert(thing).inserted { complaints.append("a second baseline of \(thing)") }
        }
    }
    return complaints
}
