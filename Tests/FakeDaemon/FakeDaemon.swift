import FoundationEssentials
public import StrictJSON
public import Varlink
public import WabaWatchInterface
import WhatsAppBusiness

/// `io.wabawatch` over a log in memory.
public struct FakeDaemon: VarlinkInterface {
    public let description: InterfaceDescription
    public let implementedMethods: Set<String>
    let log: FakeLog
    let status: Status
    let look: FakeLook
    private let inParts: Bool

    /// A daemon; without some methods it is one of an older version. `whilePolling` is what it says of itself during the first `Poll`. It tells its status
    /// at once, or in parts of one watch or budget each.
    public init(
        _ log: FakeLog, status: Status, whilePolling statuses: [Status] = [], without missing: Set<String> = [], inParts: Bool = false
    ) throws {
        description = try InterfaceDescription(parsing: Interface.text)
        implementedMethods = description.methodNames.subtracting(missing)
        self.log = log
        self.status = status
        look = FakeLook(statuses)
        self.inParts = inParts
    }

    public func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        do {
            switch call.methodName {
            case "GetStatus":
                let status = await look.status() ?? status
                guard inParts else { return GetStatusReply(status: status).json }
                return try await tell(status, replies)
            case "List": return try await list(try ListParameters(json: call.parameters), replies, call.wantsMore)
            case "Get": return try await get(try GetParameters(json: call.parameters).thing)
            case "History": return try await history(try HistoryParameters(json: call.parameters), replies)
            case "Subscribe": return try await subscribe(try SubscribeParameters(json: call.parameters), replies)
            case "Poll":
                let parameters = try PollParameters(json: call.parameters)
                guard parameters.account == "acme" else { throw WabaWatchError.noSuchAccount(account: parameters.account) }
                await look.look()
                return PollReply(cursor: await log.cursor, changes: 3).json
            case "Mute": return MuteReply(mute: await log.mute(try MuteParameters(json: call.parameters))).json
            case "Unmute":
                let id = try UnmuteParameters(json: call.parameters).id
                guard await log.unmute(id) else { throw WabaWatchError.noSuchMute(id: id) }
                return UnmuteReply().json
            case "Mutes": return MutesReply(mutes: await log.mutes).json
            case "Report": return try await report(try ReportParameters(json: call.parameters))
            case "BlockUsers": return block(try BlockUsersParameters(json: call.parameters).list)
            default: throw VarlinkError.permissionDenied
            }
        } catch let error as MemberError { throw VarlinkError(error) } catch let error as WabaWatchError { throw VarlinkError(error) }
    }

    private func tell(_ status: Status, _ replies: Replies) async throws -> JSONObject {
        var part = status
        part.budgets = []
        for watch in status.watches {
            part.watches = [watch]
            try await replies.send(GetStatusReply(status: part).json)
        }
        part.watches = []
        for budget in status.budgets {
            part.budgets = [budget]
            try await replies.send(GetStatusReply(status: part).json)
        }
        part.budgets = []
        return GetStatusReply(status: part).json
    }

    private func list(_ parameters: ListParameters, _ replies: Replies, _ wantsMore: Bool) async throws -> JSONObject {
        var matches = await log.resources.filter { parameters.filter?.matches($0) ?? true }
        let cursor = await log.cursor
        if !wantsMore { return ListReply(resource: matches.first, cursor: cursor).json }
        let last = matches.popLast()
        for resource in matches { try await replies.send(ListReply(resource: resource, cursor: cursor).json) }
        return ListReply(resource: last, cursor: cursor).json
    }

    private func get(_ thing: ThingName) async throws -> JSONObject {
        let matches = await log.resources.filter {
            $0.account == thing.account && $0.kind == thing.kind && $0.id == thing.id
                && (thing.phoneNumberID == nil || thing.phoneNumberID == $0.phoneNumberID)
        }
        guard let first = matches.first else {
            throw WabaWatchError.noSuchResource(account: thing.account, kind: OpenEnum(thing.kind), id: thing.id)
        }
        guard matches.count == 1 else { throw VarlinkError.invalidParameter("phoneNumberId") }
        return GetReply(resource: first, cursor: await log.cursor).json
    }

    private func history(_ parameters: HistoryParameters, _ replies: Replies) async throws -> JSONObject {
        var after = 0
        if let cursor = parameters.after { after = await log.sequence(cursor) ?? 0 }
        var changes = await log.changes(after: after).filter { change in
            parameters.filter?.matches(change) ?? true && parameters.since.map { change.observedAt >= $0 } ?? true
                && parameters.until.map { change.observedAt <= $0 } ?? true
        }
        if parameters.newestFirst == true { changes.reverse() }
        changes = Array(changes.prefix(parameters.limit ?? HistoryParameters.defaultLimit))
        let last = changes.popLast()
        for change in changes { try await replies.send(HistoryReply(change: change).json) }
        return HistoryReply(change: last).json
    }

    private func block(_ list: UserList) -> JSONObject {
        let failed = list.users.filter { $0.hasPrefix("0") }
        return BlockUsersReply(
            added: list.users.filter { !$0.hasPrefix("0") }.map {
                BlockedUserRecord(input: $0, waID: String($0.filter(\.isNumber)))
            },
            failed: failed.map { BlockFailure(input: $0, code: 139_101, message: "not on WhatsApp") }
        ).json
    }

    /// What a webhook is signed with here, whatever is in it.
    public static let signature = "sha256=0123"

    /// Records each `account_update`, and ignores everything else.
    private func report(_ parameters: ReportParameters) async throws -> JSONObject {
        guard parameters.signature == Self.signature else { throw WabaWatchError.badSignature }
        guard let body = Data(base64Encoded: parameters.body),
            let webhook = (try? JSONValue(parsing: String(decoding: body, as: UTF8.self)))?.object
        else { throw VarlinkError.invalidParameter("body") }
        await log.handedIn(Array(body))
        let changes = (webhook["entry"]?.array ?? []).flatMap { $0["changes"]?.array ?? [] }
        let updates = changes.filter { $0["field"]?.string == "account_update" }.compactMap(\.object)
        for update in updates { await log.record { Sample.reported(update, $0, $1) } }
        return ReportReply(cursor: await log.cursor, changes: updates.count, ignored: changes.count - updates.count).json
    }

    private func subscribe(_ parameters: SubscribeParameters, _ replies: Replies) async throws -> JSONObject {
        var position = await log.changes.count
        if let after = parameters.after {
            guard let sequence = await log.sequence(after) else { throw VarlinkError.invalidParameter("after") }
            guard sequence <= position, sequence >= (await log.forgotten) else {
                throw WabaWatchError.historyLost(oldestCursor: await log.oldestCursor, currentCursor: await log.cursor)
            }
            position = sequence
        }
        let wakes = await log.subscribed(parameters)
        if parameters.snapshot == true {
            for resource in await log.resources where parameters.filter?.matches(resource) ?? true {
                try await replies.send(SubscribeReply.resource(resource).json)
            }
        }
        try await replies.send(SubscribeReply.ready(FakeLog.cursor(position)).json)
        position = try await send(after: position, parameters.filter, replies)
        for await _ in wakes {
            let before = position
            position = try await send(after: position, parameters.filter, replies)
            if position == before { try await replies.send(SubscribeReply.heartbeat(FakeLog.cursor(position)).json) }
        }
        throw CancellationError()
    }

    private func send(after position: Int, _ filter: Filter?, _ replies: Replies) async throws -> Int {
        let changes = await log.changes(after: position)
        for change in changes where filter?.matches(change) ?? true { try await replies.send(SubscribeReply.change(change).json) }
        return position + changes.count
    }
}
