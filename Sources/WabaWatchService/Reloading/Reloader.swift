import GraphAPI
import Logging
import ServiceConfiguration
import StrictYAML
import Synchronization
import Systemd
import Watching

/// Puts a new configuration in force while the daemon runs: whole, or not at all.
final class Reloader: Sendable {
    /// Reads the configuration's files.
    typealias Read = @Sendable () throws -> Configuration
    /// Has the accounts watched as these plans say, all of it, or throws and has nothing changed.
    typealias Apply = @Sendable ([AccountPlan]) async throws -> Void

    private struct State {
        var inForce: Configuration
        var transport: CurlTransport
        /// The secrets that webhooks may be signed with.
        var appSecrets: [AppSecret]
        var refusal: String?
    }

    private let state: Mutex<State>
    private let read: Read
    private let secrets: Secrets
    private let apply: Apply
    private let carrier: @Sendable (String, any Transport) -> any Transport
    private let log: Logger

    /// - Parameters:
    ///   - configuration: what is in force.
    ///   - transport: what its plans use.
    ///   - appSecrets: the secrets that webhooks may be signed with.
    ///   - carrier: what carries an account's requests over a transport, by its name.
    init(
        _ configuration: Configuration, _ transport: CurlTransport, appSecrets: [AppSecret] = [], secrets: Secrets, log: Logger,
        read: @escaping Read,
        carrier: @escaping @Sendable (String, any Transport) -> any Transport = { $1 },
        apply: @escaping Apply
    ) {
        state = Mutex(State(inForce: configuration, transport: transport, appSecrets: appSecrets))
        self.secrets = secrets
        self.log = log
        self.read = read
        self.apply = apply
        self.carrier = carrier
    }

    /// What is in force.
    var configuration: Configuration { state.withLock(\.inForce) }

    /// The secrets that webhooks may be signed with, those that are in force.
    var appSecrets: [AppSecret] { state.withLock(\.appSecrets) }

    /// Why the files' last state is not in force, in a line.
    var refusal: String? { state.withLock(\.refusal) }

    /// Ends every request.
    func close() { state.withLock(\.transport).close() }

    /// Reads the files and the secrets anew. Anything wrong with them changes nothing; everything wrong is told. Not to be called twice at a time.
    /// - Returns: why nothing was put in force, in a line; `nil` where it was.
    @discardableResult func reload() async -> String? {
        var fresh: CurlTransport?
        do {
            let (inForce, transport) = state.withLock { ($0.inForce, $0.transport) }
            let found = try read()
            let wanted = inForce.reloaded(from: found)
            if wanted.graph.needsTransport(insteadOf: inForce.graph) { fresh = try wanted.transport() }
            let appSecrets = try secrets.appSecrets(of: wanted)
            // It fails only before anything is changed.
            try await apply(try wanted.plans(secrets: secrets, transport: fresh ?? transport, carrier: carrier))
            // A request under way on the old transport ends without an answer, and is made again.
            if fresh != nil { transport.close() }
            let inUse = fresh ?? transport
            state.withLock { $0 = State(inForce: wanted, transport: inUse, appSecrets: appSecrets) }
            let later = inForce.keysForTheNextStart(found)
            if !later.isEmpty {
                log.warning("some settings take effect at the next start only", metadata: ["keys": "\(later.joined(separator: ", "))"])
            }
            log.notice("the configuration was read anew", metadata: ["accounts": "\(wanted.accounts.count)"])
        } catch let error as ConfigurationError {
            fresh?.close()
            refuse(error)
        } catch {
            fresh?.close()
            state.withLock { $0.refusal = "\(error)" }
            log.error("the configuration could not be put in force; nothing was changed", metadata: ["error": "\(error)"])
        }
        return refusal
    }

    /// No more problems are told one by one.
    private static let most = 50

    private func refuse(_ error: ConfigurationError) {
        for problem in error.problems.prefix(Self.most) {
            log.error(
                "the configuration cannot be used",
                metadata: [
                    "file": "\(problem.file)", "line": "\(problem.line.map(String.init) ?? "")", "key": "\(problem.key)",
                    "problem": "\(problem.sentence)",
                ])
        }
        log.error(
            "the configuration stays as it was",
            metadata: ["problems": "\(error.problems.count)", "first": "\(error.problems.first?.description ?? "")"])
        state.withLock { $0.refusal = error.sentence }
    }
}

extension Configuration.Graph {
    /// Whether a transport made for another cannot be used. The file of a certificate authority is read when a transport is made, so it may hold another now.
    fileprivate func needsTransport(insteadOf other: Configuration.Graph) -> Bool {
        timeout != other.timeout || caFile != other.caFile || caFile != nil
    }
}
