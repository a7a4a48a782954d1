import Ledger
import StrictJSON
import Synchronization
import Varlink
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// Answers the calls of `io.wabawatch`.
final class InterfaceService: VarlinkInterface {
    let description: InterfaceDescription
    let implementedMethods: Set<String> = ["GetStatus", "List", "Get", "Subscribe"]

    let ledger: Ledger
    let watcher: Watcher
    let version: String
    let startedAt: Timestamp
    /// Waits; a heartbeat is due afterwards.
    let pause: @Sendable (Duration) async throws -> Void
    let subscribers = Mutex(0)

    init(
        ledger: Ledger, watcher: Watcher, version: String, startedAt: Timestamp, pause: @escaping @Sendable (Duration) async throws -> Void
    )
        throws
    {
        description = try InterfaceDescription(parsing: Interface.text)
        self.ledger = ledger
        self.watcher = watcher
        self.version = version
        self.startedAt = startedAt
        self.pause = pause
    }

    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        do {
            switch call.methodName {
            case "GetStatus": return GetStatusReply(status: try await status()).json
            case "List": return try await list(try ListParameters(json: call.parameters), call, replies)
            case "Get": return try await get(try GetParameters(json: call.parameters))
            case "Subscribe":
                guard call.wantsMore else { throw VarlinkError.expectedMore }
                return try await subscribe(try SubscribeParameters(json: call.parameters), replies)
            default: throw VarlinkError.methodNotImplemented(call.method)
            }
        } catch let error as MemberError {
            throw VarlinkError(error)
        } catch let error as WabaWatchError {
            throw VarlinkError(error)
        }
    }

    private func status() async throws -> Status {
        let report = await watcher.report()
        return Status(
            version: version, startedAt: startedAt, cursor: Cursor(ledger.cursor), oldestCursor: Cursor(try await ledger.oldestCursor()),
            subscribers: subscribers.withLock { $0 }, watches: report.watches.map(WatchStatus.init),
            budgets: report.budgets.map(WabaWatchInterface.Budget.init))
    }

    /// The things that match, and the cursor that they are true at.
    func resources(_ filter: Filter?) async throws -> (resources: [Resource], cursor: Cursor) {
        let (stored, cursor) = try await ledger.resources(
            accounts: filter?.accounts.map(Array.init), kinds: filter?.kinds.map(Array.init), ids: filter?.ids.map(Array.init))
        return (stored.map(Resource.init).filter { filter?.matches($0) ?? true }, Cursor(cursor))
    }

    private func list(_ parameters: ListParameters, _ call: Call, _ replies: Replies) async throws -> JSONObject {
        let (resources, cursor) = try await resources(parameters.filter)
        guard call.wantsMore, !resources.isEmpty else { return ListReply(resource: resources.first, cursor: cursor).json }
        var frames = Frames()
        for resource in resources.dropLast() {
            frames.append(ListReply(resource: resource, cursor: cursor).json)
            if frames.isFull { try await replies.send(frames: frames.taken()) }
        }
        try await replies.send(frames: frames)
        return ListReply(resource: resources.last, cursor: cursor).json
    }

    private func get(_ parameters: GetParameters) async throws -> JSONObject {
        guard await watcher.watches(account: parameters.account) else { throw WabaWatchError.noSuchAccount(account: parameters.account) }
        let filter = Filter(
            accounts: [parameters.account], kinds: [parameters.kind], ids: [parameters.id],
            phoneNumberIDs: parameters.phoneNumberID.map { [$0] })
        let (resources, cursor) = try await resources(filter)
        guard let resource = resources.first else {
            throw WabaWatchError.noSuchResource(account: parameters.account, kind: parameters.kind, id: parameters.id)
        }
        guard resources.count == 1 else { throw VarlinkError.invalidParameter("phoneNumberId") }
        return GetReply(resource: resource, cursor: cursor).json
    }
}

extension Frames {
    /// Whether these are enough for one write.
    var isFull: Bool { byteCount >= 64 << 10 }

    /// The frames so far; none are left.
    mutating func taken() -> Frames {
        defer { self = Frames() }
        return self
    }
}
