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
    let account: String
    private let host: String
    let stream: JetStreamConnection
    let daemon: DaemonLink
    let time: RelayTime
    private let log: Logger
    var machine: AccountLog
    let store: AccountStore
    /// Behind which of the daemon's changes it goes on.
    private var cursor: Cursor?
    /// The sequence of the account's last change in the daemon's ledger that is published or passed over, and the last message's number in the stream.
    var (lastChange, lastMessage): (Int64, UInt64) = (0, 0)
    private var isDirty = true
    /// Whether a change is on its way, and whether the state is being written.
    private var (isPublishing, isKeeping) = (false, false)
    private var keptAt = Duration.zero

    /// How often what is kept is written anew without a change: the calls of the last hour go with it.
    private static let keepEvery = Duration.seconds(60)
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
        let (adopted, left) = try await adopt()
        guard try await settle(machine.on(.adopted(cursor: adopted.text))) != nil else { return false }
        for next in left {
            let offer = AccountLog.Offer(subject: next.subject, body: next.body, cursor: adopted.text)
            guard try await settle(machine.on(.offer(offer))) != nil else { return false }
        }
        (cursor, lastChange, isDirty) = (adopted, adopted.sequence, true)
        log.notice("the account was taken over", metadata: ["epoch": "\(epoch)", "messages": "\(machine.position.sequence)"])
        return true
    }

    // MARK: Publishing

    /// Publishes what the daemon records; `false` where another holds the account.
    private func publish() async throws -> Bool {
        guard let cursor else { return false }
        var events = daemon.client.changes(after: cursor, filter: Filter(accounts: [account])).makeAsyncIterator()
        while let event = try await events.next(isolation: self) {
            switch event {
            case .change(let change):
                guard change.account == account else { continue }
                (isPublishing, isDirty) = (true, true)
                defer { isPublishing = false }
                let changes = change.operation == .baseline ? try await kept(with: change, &events) : [change]
                for change in changes {
                    guard try await settle(machine.on(.offer(offer(change)))) != nil else { return false }
                    (self.cursor, lastChange) = (change.cursor, Int64(change.sequence))
                }
            case .heartbeat(let heard):
                self.cursor = heard
                lastChange = max(lastChange, heard.sequence)
                if isDirty || time.now() - keptAt >= Self.keepEvery { await keep() }
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

    private func offer(_ change: Change) -> AccountLog.Offer {
        AccountLog.Offer(
            subject: Buckets.subject(account, change.kind.rawValue, change.operation.rawValue),
            body: JSONValue.object(CloudEvent(change, host: host).json).description, cursor: change.cursor.text)
    }

    /// What was found at a first look is in no change, and nobody could go on without it: it is kept before it is published, with everything that has been
    /// recorded by then, which is returned.
    private func kept(with first: Change, _ events: inout ChangeSequence.Iterator) async throws -> [Change] {
        var changes = [first]
        guard !isKeeping else { return changes }
        isKeeping = true
        defer { isKeeping = false }
        do {
            guard let copy = try await daemon.copy(of: account) else { return changes }
            while changes.last.map({ Int64($0.sequence) < copy.last }) ?? false, let event = try await events.next(isolation: self) {
                if case .change(let change) = event, change.account == account { changes.append(change) }
                if case .historyLost = event { break }
            }
            try await store.save(
                copy, sequence: machine.position.sequence, stream: lastMessage,
                next: changes.map { AccountPoint.Next(subject: offer($0).subject, body: offer($0).body) })
        } catch let error as JetStreamError {
            log.debug("the account's state is written later", metadata: ["error": "\(error)"])
            if error.code == .conflict { _ = try await store.load() }
        }
        return changes
    }

    /// Writes down what the daemon keeps of the account, if everything of it is published.
    private func keep() async {
        guard !isKeeping else { return }
        isKeeping = true
        defer { isKeeping = false }
        do {
            let last = lastChange
            guard let copy = try await daemon.copy(of: account, upTo: last), last == lastChange, machine.isReady else { return }
            try await store.save(copy, sequence: machine.position.sequence, stream: lastMessage)
            (isDirty, keptAt) = (false, time.now())
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
