import Changes
package import Ledger
package import Logging
package import StrictJSON
package import Varlink
import WabaWatchInterface
package import Watching
package import WhatsAppBusiness

/// Answers `io.wabawatch.cluster`: which accounts this host watches, as its relay says, and what one host's ledger hands to another's.
package struct ClusterService: VarlinkInterface {
    package let description: InterfaceDescription
    package let implementedMethods: Set<String> = ["Accounts", "Hold", "Release", "Copy", "Adopt"]

    private let holds: AccountHolds
    private let watcher: Watcher
    private let ledger: Ledger
    private let allows: @Sendable (Peer) -> Bool
    private let wallClock: @Sendable () -> Timestamp
    private let log: Logger

    /// - Parameters:
    ///   - holds: what the accounts' requests are checked by.
    ///   - allows: who is the relay.
    package init(
        holds: AccountHolds, watcher: Watcher, ledger: Ledger, allows: @escaping @Sendable (Peer) -> Bool,
        wallClock: @escaping @Sendable () -> Timestamp, log: Logger
    ) throws {
        description = try InterfaceDescription(parsing: ClusterInterface.text)
        self.holds = holds
        self.watcher = watcher
        self.ledger = ledger
        self.allows = allows
        self.wallClock = wallClock
        self.log = log
    }

    /// Stops watching what is held no longer, for as long as it is called again after some time. What is asked meanwhile is not sent all the same.
    /// - Parameter pause: waits.
    package func run(pause: @Sendable (Duration) async throws -> Void) async {
        while !Task.isCancelled {
            for account in holds.takeExpired() {
                log.warning(
                    "the account is not watched here any more, for nothing was heard of its lease", metadata: ["account": "\(account)"])
                await watcher.release(account)
            }
            do { try await pause(.seconds(1)) } catch { return }
        }
    }

    package func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        guard allows(call.peer) else { throw VarlinkError.permissionDenied }
        let parameters = call.parameters
        if call.methodName == "Accounts" {
            return ["accounts": .array(await watcher.sharedAccounts?.map { .string($0) } ?? [])]
        }
        guard let account = parameters["account"]?.string else { throw VarlinkError.invalidParameter("account") }
        guard await watcher.sharedAccounts?.contains(account) == true else { throw Self.error("NoSuchAccount", account) }
        switch call.methodName {
        case "Hold": return try await hold(account, parameters)
        case "Release":
            holds.release(account)
            await watcher.release(account)
            log.info("the account is watched by another host from now on", metadata: ["account": "\(account)"])
            return [:]
        case "Copy":
            guard call.wantsMore else { throw VarlinkError.expectedMore }
            return try await copy(account, replies)
        default: return try await adopt(account, parameters)
        }
    }

    private func hold(_ account: String, _ parameters: JSONObject) async throws -> JSONObject {
        guard let epoch = parameters["epoch"]?.integer, epoch > 0 else { throw VarlinkError.invalidParameter("epoch") }
        guard let until = parameters["until"]?.integer, (0...Self.latest).contains(until) else {
            throw VarlinkError.invalidParameter("until")
        }
        let wasHeld = holds.isHeld(account)
        if let later = holds.hold(account, epoch: epoch, until: Moment(nanoseconds: until * 1_000_000)) {
            throw VarlinkError("\(ClusterInterface.name).OldEpoch", ["account": .string(account), "epoch": .number(JSONNumber(later))])
        }
        guard try await watcher.hold(account) else { throw Self.error("NoSuchAccount", account) }
        if !wasHeld { log.info("the account is watched here from now on", metadata: ["account": "\(account)", "epoch": "\(epoch)"]) }
        return [:]
    }

    /// Milliseconds that still are nanoseconds in 64 bits.
    private static let latest = Int64.max / 1_000_000

    private func copy(_ account: String, _ replies: Replies) async throws -> JSONObject {
        let (targets, first) = try await replies.inTurn { _ in try await ledger.copied(account: account) }
        for target in targets {
            let reply: JSONObject? = try await replies.inTurn(.gathering) { _ in
                try await ledger.copy(of: target).map { ["sequence": .number(JSONNumber(first)), "target": .object($0.json)] }
            }
            if let reply { try await replies.send(reply) }
        }
        return try await replies.inTurn(.gathering) { _ in
            let standings = try await ledger.standings(of: account)
            let (_, last) = try await ledger.copied(account: account)
            var reply: JSONObject = [
                "sequence": .number(JSONNumber(last)), "standings": .array(standings.map { .object($0.json) }), "end": .bool(true),
            ]
            reply["budget"] = try await ledger.budgets()[account].map { .object($0) }
            return reply
        }
    }

    private func adopt(_ account: String, _ parameters: JSONObject) async throws -> JSONObject {
        guard !holds.isHeld(account) else { throw Self.error("Held", account) }
        do {
            if let target = parameters["target"]?.object {
                let copy = try TargetCopy(json: target, of: account)
                guard try await ledger.adopt(copy, at: wallClock()) else { throw Self.error("NoSuchAccount", account) }
            } else if let standings = parameters["standings"]?.array {
                let copies = try standings.map { try StandingCopy(json: $0, of: account) }
                try await ledger.adopt(copies, of: account, at: wallClock())
            } else if let budget = parameters["budget"]?.object {
                // What cannot be read of it is passed over where it is taken up.
                try await ledger.save(budgets: [account: budget])
            } else if let change = parameters["change"]?.object {
                let change = try Change(json: change)
                guard change.account == account else { throw MemberError("change.account", "is another") }
                try await ledger.adopt(change.detected, at: wallClock())
            } else {
                throw MemberError("target", "is missing")
            }
        } catch let error as MemberError { throw VarlinkError.invalidParameter(error.member) }
        return ["cursor": .string("\(ledger.cursor)")]
    }

    private static func error(_ name: String, _ account: String) -> VarlinkError {
        VarlinkError("\(ClusterInterface.name).\(name)", ["account": .string(account)])
    }
}

extension Change {
    /// The change as a ledger records it.
    fileprivate var detected: DetectedChange {
        var detected = DetectedChange(
            ResourceID(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID), operation, origin: origin, severity: severity,
            fields: fields, before: before, after: after, summary: summary)
        detected.actor = actor
        return detected
    }
}
