import InterfaceRecords
import Ledger
import StrictJSON
import Subscriptions
import Varlink
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// Answers the calls of `io.wabawatch`.
final class InterfaceService: VarlinkInterface {
    let description: InterfaceDescription
    let implementedMethods: Set<String> = [
        "GetStatus", "List", "Get", "History", "Subscribe", "Poll", "Mute", "Unmute", "Mutes", "Report", "Update", "Delete", "SendTemplate",
        "BlockUsers", "UnblockUsers",
    ]

    let ledger: Ledger
    let watcher: any WatchReporting
    let controlRight: ControlRight
    /// `nil` where nobody can be asked to poll.
    let poller: (any Poller)?
    /// `nil` where nothing can be muted.
    let muting: Muting?
    /// `nil` where no webhooks are taken.
    let reporting: Reporting?
    /// `nil` where nothing can be changed at Meta.
    let acting: Acting?
    let version: String
    let startedAt: Timestamp
    /// Waits; a heartbeat is due afterwards.
    let pause: @Sendable (Duration) async throws -> Void
    let delivery: Delivery
    let reports: SharedReport
    /// Bytes of a status that is told in one reply: what a client takes, less what stands around it.
    let largestStatus: Int

    init(
        ledger: Ledger, watcher: any WatchReporting, controlRight: ControlRight, poller: (any Poller)? = nil, muting: Muting? = nil,
        reporting: Reporting? = nil, acting: Acting? = nil, version: String,
        startedAt: Timestamp, recent: RecentChanges.Limits = RecentChanges.Limits(),
        largestStatus: Int = ClientLimits().messageBytes - 1 << 10,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) throws {
        description = try InterfaceDescription(parsing: Interface.text)
        self.ledger = ledger
        delivery = Delivery(ledger: ledger, limits: recent)
        self.watcher = watcher
        reports = SharedReport(of: watcher)
        self.largestStatus = largestStatus
        self.controlRight = controlRight
        self.poller = poller
        self.muting = muting
        self.reporting = reporting
        self.acting = acting
        self.version = version
        self.startedAt = startedAt
        self.pause = pause
    }

    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        do {
            switch call.methodName {
            case "GetStatus": return try await status(call, replies)
            case "List": return try await list(try ListParameters(json: call.parameters), call, replies)
            case "History":
                guard call.wantsMore else { throw VarlinkError.expectedMore }
                return try await history(try HistoryParameters(json: call.parameters), replies)
            case "Get":
                let thing = try GetParameters(json: call.parameters).thing
                return try await replies.inTurn { _ in try await get(thing) }
            case MutesParameters.method:
                guard let muting else { throw VarlinkError.methodNotImplemented(call.method) }
                _ = try MutesParameters(json: call.parameters)
                return try await replies.inTurn { _ in MutesReply(mutes: try await muting.mutes()).json }
            case "Subscribe":
                guard call.wantsMore else { throw VarlinkError.expectedMore }
                let parameters = try SubscribeParameters(json: call.parameters)
                return try await SubscribeCall(ledger: ledger, delivery: delivery, pause: pause).answer(parameters, replies)
            case ReportParameters.method: return try await report(call, replies)
            default: return try await control(call)
            }
        } catch let error as MemberError {
            throw VarlinkError(error)
        } catch let error as WabaWatchError {
            throw VarlinkError(error)
        } catch let error as LedgerError where error.code == .historyLost {
            throw VarlinkError(try await WabaWatchError.historyLost(in: ledger))
        }
    }

    private func list(_ parameters: ListParameters, _ call: Call, _ replies: Replies) async throws -> JSONObject {
        var pages = ResourcePages(of: ledger, parameters.filter)
        // The last one goes out as the call's own reply.
        var held: Resource?
        while !pages.isFinished, call.wantsMore || held == nil {
            let frames = try await replies.inTurn { bytes in
                var frames = Frames()
                for resource in try await pages.next(atMost: bytes) {
                    if let held { frames.append(ListReply(resource: held, cursor: pages.cursor).json) }
                    held = resource
                    guard call.wantsMore else { return Frames() }
                }
                return frames
            }
            if !frames.isEmpty { try await replies.send(frames: frames) }
            try Task.checkCancellation()
        }
        return ListReply(resource: held, cursor: pages.cursor).json
    }

    /// Throws the first of these that nobody watches; what concerns all accounts is no unknown one.
    func check(accounts: Set<String>) async throws(WabaWatchError) {
        for account in accounts.sorted() where account != ResourceID.allAccounts {
            guard await watcher.watches(account: account) else { throw .noSuchAccount(account: account) }
        }
    }

    private func get(_ thing: ThingName) async throws -> JSONObject {
        try await check(accounts: [thing.account])
        let filter = Filter(
            accounts: [thing.account], kinds: [thing.kind], ids: [thing.id],
            phoneNumberIDs: thing.phoneNumberID.map { [$0] })
        var walk = try await ResourceWalk(over: ledger, ResourceQuery(filter))
        var resources: [Resource] = []
        while let page = try await walk.next() { resources += page.map(Resource.init).filter(filter.matches) }
        guard let resource = resources.first else {
            throw WabaWatchError.noSuchResource(account: thing.account, kind: OpenEnum(thing.kind), id: thing.id)
        }
        guard resources.count == 1 else { throw VarlinkError.invalidParameter("phoneNumberId") }
        return GetReply(resource: resource, cursor: Cursor(walk.cursor)).json
    }
}
