import Continuations
import Hosting
import JetStream
import Logging
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Carries out what an account's log decides: takes the account over, and publishes its changes for as long as this host holds it.
actor AccountRunner {
    private let account: String
    private let host: String
    private let stream: JetStreamConnection
    private let daemon: DaemonLink
    private let time: RelayTime
    private let log: Logger
    private var machine: AccountLog
    private let store: AccountStore
    /// Behind which of the daemon's changes it goes on.
    private var cursor: Cursor?
    /// The sequence of the account's last change in the daemon's ledger that is published or passed over, and the last message's number in the stream.
    private var (lastChange, lastMessage): (Int64, UInt64) = (0, 0)
    private var isDirty = true
    /// Whether a change is on its way, and whether the state is being written.
    private var (isPublishing, isKeeping) = (false, false)
    private var end: OneShot<Void>?
    private var before: OneShot<Void>?

    init(_ account: String, host: String, stream: JetStreamConnection, daemon: DaemonLink, time: RelayTime, log: Logger) {
        self.account = account
        self.host = host
        self.stream = stream
        self.daemon = daemon
        self.time = time
        var log = log
        log[metadataKey: "account"] = "\(account)"
        self.log = log
        machine = AccountLog(account: SubjectToken.encode(account), host: host)
        store = AccountStore(account: account, stream: stream)
    }

    /// How long what is recorded may take to be published before an account is let go of.
    private static let drain = Duration.seconds(3)

    /// Nothing is published any more.
    func stop() { end?.fulfil(()) }

    /// The daemon does not ask about the account any more: what it has recorded is published, and kept for the next holder, as far as that is soon done.
    func finish() async {
        let limit = time.now() + Self.drain
        while machine.isReady || isPublishing, isDirty, time.now() < limit {
            await keep()
            guard isDirty, (try? await time.sleep(.milliseconds(50))) != nil else { break }
        }
        stop()
    }

    /// Takes the account over under an epoch and publishes its changes until it is stopped, or another host holds it.
    /// - Parameter tookOver: told when the account may be watched.
    func run(epoch: UInt64, tookOver: @escaping @Sendable () async -> Void) async {
        end?.fulfil(())
        let (end, done, before) = (OneShot<Void>(), OneShot<Void>(), before)
        (self.end, self.before) = (end, done)
        defer { done.fulfil(()) }
        await before?.value(whenCancelled: ())
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await end.value(whenCancelled: ()) }
            group.addTask { await self.goOn(epoch, tookOver) }
            await group.next()
            group.cancelAll()
        }
    }

    private func goOn(_ epoch: UInt64, _ tookOver: @Sendable () async -> Void) async {
        var isTakenOver = false
        while !Task.isCancelled {
            do {
                if !isTakenOver {
                    guard try await takeOver(epoch) else { return }
                    isTakenOver = true
                    await tookOver()
                }
                guard try await publish() else { return }
            } catch is CancellationError { return } catch {
                log.warning("the account's changes wait to be published", metadata: ["error": "\(error)"])
                do { try await time.sleep(.seconds(1)) } catch { return }
            }
        }
    }

    // MARK: The log

    /// Does what the log wants until it is ready; `nil` where another holds the account.
    private func settle(_ first: AccountLog.Action) async throws -> LogHead? {
        var action = first
        while true {
            try Task.checkCancellation()
            switch action {
            case .ready(let head): return head
            case .lost:
                log.notice("another host holds the account")
                return nil
            case .readHead, .writeHead, .readLast, .publish: action = machine.on(try await answer(action))
            }
        }
    }

    private func answer(_ action: AccountLog.Action) async throws -> AccountLog.Event {
        do throws(JetStreamError) {
            switch action {
            case .readHead:
                let found = try await stream.value(of: Buckets.head(of: account), in: Buckets.state)
                guard let found else { return .head(nil, revision: 0) }
                return .head(try Self.head(found), revision: found.sequence)
            case .writeHead(let head, let over):
                let text = JSONValue.object(head.json).description
                return .written(
                    revision: try await stream.put(
                        Array(text.utf8), of: Buckets.head(of: account), in: Buckets.state,
                        expecting: over.map { .sequence($0) } ?? .nothing))
            case .readLast(let subject):
                let last = try await stream.last(of: subject, in: Buckets.stream)
                return .last(id: last?.id, sequence: last?.sequence)
            case .publish(let pending):
                let stored = try await stream.publish(
                    Array(pending.body.utf8), to: pending.subject, id: pending.id,
                    expecting: pending.last.map { .sequence($0) } ?? .nothing, of: account)
                lastMessage = max(lastMessage, stored.sequence)
                return .published(sequence: stored.sequence)
            case .ready, .lost: preconditionFailure("\(action) is no request")
            }
        } catch {
            if error.code == .conflict, case .publish = action { return .overtaken }
            if error.code == .conflict { return .conflicted }
            log.debug("NATS has not done what was asked", metadata: ["error": "\(error)"])
            try await time.sleep(.milliseconds(250))
            return .unanswered
        }
    }

    private static func head(_ message: StoredMessage) throws(JetStreamError) -> LogHead {
        do { return try LogHead(json: JSONValue(parsing: message.body, limits: .stored).object ?? [:]) } catch {
            throw JetStreamError(.refused, cause: "\(message.subject) cannot be read: \(error)")
        }
    }

    // MARK: Taking over

    /// Whether the account is this host's, with everything that others have published in its daemon's ledger.
    private func takeOver(_ epoch: UInt64) async throws -> Bool {
        guard let head = try await settle(machine.on(.begin(epoch: epoch))) else { return false }
        if head.host == host, let text = head.cursor, try await canResume(Cursor(text)) {
            lastMessage = try await store.load()?.point.stream ?? 0
            let known = Cursor(text)
            (cursor, lastChange, isDirty) = (known, known.sequence, true)
            log.notice("the account is gone on with", metadata: ["epoch": "\(epoch)"])
            return true
        }
        let adopted = try await adopt()
        guard try await settle(machine.on(.adopted(cursor: adopted.text))) != nil else { return false }
        (cursor, lastChange, isDirty) = (adopted, adopted.sequence, true)
        log.notice("the account was taken over", metadata: ["epoch": "\(epoch)", "messages": "\(machine.position.sequence)"])
        return true
    }

    private func canResume(_ cursor: Cursor) async throws -> Bool {
        do {
            for try await _ in daemon.client.history(HistoryParameters(after: cursor, limit: 1)) { break }
            return true
        } catch let error as ClientError {
            if case .service(.historyLost) = error.code { return false }
            throw error
        }
    }

    /// Puts into the daemon's ledger what was kept of the account, and what was published since; returns where the ledger stands then.
    private func adopt() async throws -> Cursor {
        try await daemon.release(account)
        var adopted: Cursor?
        var point = AccountPoint(sequence: 0, stream: 0, targets: [])
        if let kept = try await store.load() {
            point = kept.point
            // The things of a number that left are not in the list of numbers any more.
            let list = kept.targets.first { $0["kind"]?.string == "phone_number" }
            let numbers = list.map { Set($0["things"]?.array?.compactMap { $0["id"]?.string } ?? []) }
            for target in kept.targets {
                if let number = target["phoneNumberId"]?.string, numbers?.contains(number) == false { continue }
                adopted = try await daemon.adopt(account, "target", .object(target))
            }
            adopted = try await daemon.adopt(account, "standings", kept.standings)
        }
        (lastMessage, adopted) = try await replay(after: point, adopted)
        if let adopted { return adopted }
        return try await daemon.client.getStatus().cursor
    }

    /// Applies what was published behind the point: everything up to the head, which a replica may be told of late.
    private func replay(after point: AccountPoint, _ adopted: Cursor?) async throws -> (UInt64, Cursor?) {
        var (adopted, last, sequence) = (adopted, point.stream, point.sequence)
        while sequence < machine.position.sequence {
            guard let message = try await stream.next(of: Buckets.subjects(of: account), from: last + 1, in: Buckets.stream) else {
                try await time.sleep(.milliseconds(100))
                continue
            }
            last = message.sequence
            guard let own = message.id?.split(separator: ".").last.flatMap({ UInt64($0) }), own > sequence else { continue }
            sequence = own
            guard let change = try JSONValue(parsing: message.body, limits: .stored)["data"] else { continue }
            adopted = try await daemon.adopt(account, "change", change)
        }
        return (last, adopted)
    }

    // MARK: Publishing

    /// Publishes what the daemon records; `false` where another holds the account.
    private func publish() async throws -> Bool {
        guard let cursor else { return false }
        for try await event in daemon.client.changes(after: cursor, filter: Filter(accounts: [account])) {
            switch event {
            case .change(let change):
                self.cursor = change.cursor
                guard change.account == account else { continue }
                let body = JSONValue.object(CloudEvent(change, host: host).json).description
                let subject = Buckets.subject(account, change.kind.rawValue, change.operation.rawValue)
                let offer = AccountLog.Offer(subject: subject, body: body, cursor: change.cursor.text)
                (isPublishing, isDirty) = (true, true)
                defer { isPublishing = false }
                guard try await settle(machine.on(.offer(offer))) != nil else { return false }
                lastChange = Int64(change.sequence)
                // What was found at a first look is in no change: nobody could go on without it.
                if change.operation == .baseline { await keep() }
            case .heartbeat(let heard):
                self.cursor = heard
                lastChange = max(lastChange, heard.sequence)
                if isDirty { await keep() }
            case .historyLost(_, let current):
                log.error("changes of the account were thrown away before they were published", metadata: ["cursor": "\(cursor.text)"])
                guard try await settle(machine.on(.adopted(cursor: current.text))) != nil else { return false }
                (self.cursor, lastChange, isDirty) = (current, current.sequence, true)
                return true
            case .snapshotBegins, .resource, .ready, .disconnected, .unreadable: break
            }
        }
        return true
    }

    /// Writes down what the daemon keeps of the account, if everything of it is published.
    private func keep() async {
        guard !isKeeping else { return }
        isKeeping = true
        defer { isKeeping = false }
        do {
            let last = lastChange
            guard let copy = try await daemon.copy(of: account, upTo: last), last == lastChange, machine.isReady else { return }
            try await store.save(copy.targets, copy.standings, sequence: machine.position.sequence, stream: lastMessage)
            isDirty = false
        } catch let error as JetStreamError where error.code == .conflict {
            // Somebody else has written there: what stands there is read before it is tried again.
            log.notice("the account's state was written by another", metadata: ["error": "\(error)"])
            do { _ = try await store.load() } catch { log.debug("the state cannot be read", metadata: ["error": "\(error)"]) }
        } catch {
            log.debug("the account's state is written later", metadata: ["error": "\(error)"])
        }
    }
}

extension Cursor {
    /// The sequence that it names; 0 where it names none.
    fileprivate var sequence: Int64 { text.split(separator: ":").last.flatMap { Int64($0) } ?? 0 }
}
