public import StrictJSON
import Varlink
public import WabaWatchInterface
public import WhatsAppBusiness

/// The daemon, as a local tool sees it.
///
/// Every call connects by itself, so that a value of this type can be kept as long as the tool runs, restarts of the daemon included. Calls throw
/// `ClientError`, or `CancellationError` where their task is cancelled.
public struct WabaWatch: Sendable {
    /// Where the daemon listens unless it is told otherwise.
    public static let defaultSocket = "/run/wabawatch/\(Interface.name)"

    /// How long `get` waits for an answer, and `getStatus` for each part of it.
    public static let answerTime = Duration.seconds(30)

    /// No more watches and budgets are taken from a daemon.
    static let mostRecords = 4_000_000

    /// The daemon's socket.
    public let socket: String
    /// How soon a reader of changes comes back after a failure.
    public var backoff: Backoff
    /// Seconds between heartbeats of a subscription; after three of them without a word the connection is given up.
    public var heartbeatSeconds: Int
    /// What waits.
    public var clock: any Clock<Duration>
    /// What the waits are drawn from: numbers from 0 to 1.
    public var random: @Sendable () -> Double

    /// The daemon at a socket.
    public init(
        socket: String = WabaWatch.defaultSocket, backoff: Backoff = Backoff(),
        heartbeatSeconds: Int = SubscribeParameters.defaultHeartbeatSeconds,
        clock: any Clock<Duration> = ContinuousClock(), random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.socket = socket
        self.backoff = backoff
        self.heartbeatSeconds = heartbeatSeconds
        self.clock = clock
        self.random = random
    }
}

extension WabaWatch {
    /// The daemon as a whole, put together from the parts in which it is told. A daemon that tells it at once, as older ones do, is heard as well.
    public func getStatus() async throws -> Status {
        let reader = ReplyReader(socket: socket, GetStatusParameters.qualifiedMethod, GetStatusParameters().json)
        return try await translated {
            var whole: Status?
            var parts = 0
            while let reply = try await reader.next(within: Self.answerTime, clock: clock) {
                let part = try GetStatusReply(json: reply).status
                if whole == nil { whole = part } else { whole?.add(part) }
                parts += 1
                guard parts + (whole?.watches.count ?? 0) + (whole?.budgets.count ?? 0) <= Self.mostRecords else {
                    throw ClientError(.notOurs, "what listens at \(socket) tells of more than \(Self.mostRecords) watches and budgets")
                }
            }
            guard let whole else { throw ConnectionClosed() }
            return whole
        }
    }

    /// The present state of every thing that a filter allows; what it says of changes is passed over.
    public func list(_ filter: Filter? = nil) -> ReplySequence<Resource> {
        ReplySequence(self, ListParameters(filter: filter)) { try ListReply(json: $0).resource }
    }

    /// The present state of one thing. `phoneNumberID` is needed only where the id alone fits several things.
    public func get(_ kind: Kind, _ id: String, account: String, phoneNumberID: String? = nil) async throws -> Resource {
        try await soon { try await call(GetParameters(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID)).resource }
    }

    /// Past changes.
    public func history(_ parameters: HistoryParameters = HistoryParameters()) -> ReplySequence<Change> {
        ReplySequence(self, parameters) { try HistoryReply(json: $0).change }
    }

    /// One subscription as it is on the wire: it ends with its connection. `changes` goes on by itself.
    public func subscribe(_ parameters: SubscribeParameters = SubscribeParameters()) -> ReplySequence<SubscribeReply> {
        ReplySequence(self, parameters) { try SubscribeReply(json: $0) }
    }

    /// Changes after a cursor, or from now on: ordered, each once, none missing, whatever happens to the daemon or the connection in between.
    /// A daemon that is not there is waited for.
    public func changes(after cursor: Cursor? = nil, filter: Filter? = nil) -> ChangeSequence {
        changes(from: cursor.map { .after($0) } ?? .now, filter: filter)
    }

    /// Changes, where asked for with the present state before them.
    public func changes(from start: ChangeStart, filter: Filter? = nil) -> ChangeSequence {
        ChangeSequence(client: self, start: start, filter: filter)
    }

    /// Polls now, within the budget, and returns when the answer has been recorded.
    public func poll(_ account: String, kind: Kind? = nil, phoneNumberID: String? = nil) async throws -> PollReply {
        try await call(PollParameters(account: account, kind: kind, phoneNumberID: phoneNumberID))
    }

    /// Mutes every alarm that matches, present and future, until then. They are kept and shown, told as `info`, and left out of exit codes; one that
    /// worsens past what it was breaks its mute.
    /// - Parameters:
    ///   - filter: accounts, ids and numbers; it takes no other member.
    ///   - names: the alarms' names, such as `quality`; all of them otherwise.
    public func mute(_ filter: Filter, names: Set<String>? = nil, until: Timestamp, reason: String? = nil) async throws -> MuteEntry {
        try await call(MuteParameters(filter: filter, names: names, until: until, reason: reason)).mute
    }

    /// Ends a mute.
    public func unmute(_ id: String) async throws { _ = try await call(UnmuteParameters(id: id)) }

    /// Every mute that is in force.
    public func mutes() async throws -> [MuteEntry] { try await soon { try await call(MutesParameters()).mutes } }

    /// Blocks users at Meta.
    public func block(_ list: UserList) async throws -> BlockUsersReply { try await call(BlockUsersParameters(list)) }

    /// Unblocks users at Meta.
    public func unblock(_ list: UserList) async throws -> UnblockUsersReply { try await call(UnblockUsersParameters(list)) }

    /// Sets members of a thing at Meta, as Meta names them; what is not named stays as it is. A QR code without an id is created, and the reply has its code.
    public func update(
        _ kind: Kind, _ id: String? = nil, account: String, phoneNumberID: String? = nil, _ document: JSONObject
    ) async throws -> UpdateReply {
        try await call(UpdateParameters(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID, document: document))
    }

    /// Takes a QR code, a template or the app's subscription away at Meta.
    public func delete(_ kind: Kind, _ id: String, account: String, phoneNumberID: String? = nil) async throws -> DeleteReply {
        try await call(DeleteParameters(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID))
    }

    /// Sends one message made of a template.
    public func send(_ message: SendTemplateParameters) async throws -> SentTemplateRecord { try await call(message).sent }

    /// An account, to act on: `wabaWatch.account("acme").number("106540352242922").block(["+1 650 555 1234"])`.
    public func account(_ name: String) -> WatchedAccount { WatchedAccount(client: self, name: name) }
}

extension WabaWatch {
    /// Calls any method of the interface for its one reply.
    public func call<Call: Parameters>(_ parameters: Call) async throws -> Call.Reply {
        let json = try await call(Call.qualifiedMethod, parameters.json)
        do throws(MemberError) { return try Call.Reply(json: json) } catch { throw ClientError(error, socket: socket) }
    }

    /// Calls a method by its full name, of this or another interface at the same socket.
    public func call(_ method: String, _ parameters: JSONObject) async throws -> JSONObject {
        try await translated {
            let client = try await VarlinkClient.connect(path: socket)
            let reply = try await client.call(method, parameters)
            await client.close()
            return reply
        }
    }

    /// Calls a method by its full name for many replies.
    public func replies(_ method: String, _ parameters: JSONObject) -> ReplySequence<JSONObject> {
        ReplySequence(self, method: method, parameters: parameters) { $0 }
    }

    /// Gives up on an answer that needs nothing but the daemon and does not come: its process hangs or is stopped.
    private func soon<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(for: Self.answerTime)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                throw ClientError(.silent, "the daemon at \(socket) has not answered for \(Self.answerTime.components.seconds) s")
            }
            return value
        }
    }

    /// Gives a room's errors the words of this one.
    func translated<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> sending Value
    ) async throws -> sending Value {
        do { return try await body() } catch let error as CancellationError { throw error } catch {
            throw ClientError(error, socket: socket)
        }
    }
}
