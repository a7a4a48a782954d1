import Foundation
import GraphSimulator
import WhatsAppBusiness

/// Where the real daemon is measured: the simulator in this process, the daemon in another, a folder on a disk between them.
final class Stage {
    let folder: TemporaryFolder
    let simulator: GraphSimulator
    let numbers: Int
    let accounts: Int
    private let hasBudget: Bool

    var ledger: String { folder.path("ledger.sqlite") }
    var socket: String { folder.path("io.wabawatch") }

    /// So many accounts with so many numbers each.
    /// - Parameter hasBudget: whether Meta's budget of an active account is there and obeyed; otherwise there is one that is never used up.
    init(accounts: Int = 1, numbers: Int, blockedUsers: Int = 0, hasBudget: Bool = false) async throws {
        (self.accounts, self.numbers, self.hasBudget) = (accounts, numbers, hasBudget)
        folder = try TemporaryFolder()
        var platform = Platform.sample(accounts: accounts, numbers: numbers, blockedUsers: blockedUsers)
        for index in 0..<accounts where !hasBudget {
            platform.accounts[Platform.sampleAccountID(index)]?.budget = SimulatedBudget(callsPerHour: .max / 200, header: .missing)
        }
        simulator = try await GraphSimulator.start(platform, keeping: 1)
    }

    /// Ends everything.
    func close() async {
        try? await simulator.stop()
        folder.remove()
    }

    /// Starts the daemon.
    /// - Parameters:
    ///   - every: the interval of kinds; the others are not watched. `nil` for all defaults.
    ///   - expansion: whether other kinds come inside the answers of one.
    ///   - webhookSecret: what webhooks are signed with; none are taken without.
    func start(every: [String: String]?, expansion: String = "auto", webhookSecret: String? = nil) throws -> DaemonProcess {
        try start(
            every: every, graph: simulator.baseURL, accounts: (0..<accounts).map(Platform.sampleAccountID), expansion: expansion,
            webhookSecret: webhookSecret)
    }

    /// Starts the daemon against any address.
    /// - Parameter program: where it lies; beside this program if not told.
    func start(
        every: [String: String]?, graph: String, accounts: [String], program: String? = nil, expansion: String = "auto",
        webhookSecret: String? = nil
    ) throws -> DaemonProcess {
        let kinds = (Kind.asked(.account) + Kind.asked(.phoneNumber)).map(\.rawValue)
        let watch =
            every.map { every in
                "watch:\n  splay: 0%\n  adaptive: false\n" + kinds.map { "  \($0): { every: \(every[$0] ?? "never") }\n" }.joined()
            } ?? ""
        let entries = accounts.enumerated().map { "  - { name: a\($0), waba_id: \"\($1)\", token: { environment: TOKEN } }\n" }.joined()
        let text = """
            graph: { base_url: "\(graph)"\(expansion == "auto" ? "" : ", expansion: \(expansion)") }
            ledger: { path: "\(ledger)" }
            socket: { path: "\(socket)" }
            journal: { enabled: false }
            budget: { \(hasBudget ? "share: 50%" : "calls_per_hour: 1000000000") }
            \(watch)accounts:
            \(entries)\(webhookSecret == nil ? "" : "webhook: { app_secrets: [ { environment: APP_SECRET } ] }\n")
            """
        let path = folder.path("wabawatch.yaml")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let secrets = webhookSecret.map { ["APP_SECRET": $0] } ?? [:]
        return try DaemonProcess(program, configuration: path, token: Platform.sampleToken, secrets: secrets, in: folder)
    }

    /// Bytes of the ledger's files.
    var ledgerBytes: Int { Self.size(ledger) + Self.size(ledger + "-wal") }

    static func size(_ path: String) -> Int {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue ?? 0
    }
}
