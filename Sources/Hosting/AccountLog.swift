/// One account's part of the stream, as the host sees it that holds the account: each change is published once, in order, by one host. A pure decision.
///
/// A change is written into the account's head first, over the head's revision, and published then. A new holder writes the head under its epoch, which
/// ends what every other can write, and publishes what the head holds before anything of its own. Whoever stood still between the two publishes the same
/// message, with the same id, behind the same last message of its subject: one of them is refused or known, and both find it there.
public struct AccountLog: Sendable, Equatable {
    /// A change that is to be published.
    public struct Offer: Sendable, Equatable {
        /// The subject, without anything that would match others.
        public var subject: String
        /// The CloudEvent.
        public var body: String
        /// The change's cursor in the daemon's ledger.
        public var cursor: String

        /// A change.
        public init(subject: String, body: String, cursor: String) {
            self.subject = subject
            self.body = body
            self.cursor = cursor
        }
    }

    /// What happened.
    public enum Event: Sendable, Equatable {
        /// The account's lease is this host's, under that epoch; or still is, after it was not published for a while.
        case begin(epoch: UInt64)
        /// The head as its leader has it, with its revision.
        case head(LogHead?, revision: UInt64)
        /// The head is written.
        case written(revision: UInt64)
        /// The message is in the stream, under that number.
        case published(sequence: UInt64)
        /// Another is the last of its subject.
        case overtaken
        /// The last message of the subject.
        case last(id: String?, sequence: UInt64?)
        /// The head has another revision than was expected.
        case conflicted
        /// There was no answer: what was asked for may have been done.
        case unanswered
        /// A change comes next. Only when the log is ready.
        case offer(Offer)
        /// The daemon has another state of the account now, up to that cursor: what lies before is not published.
        case adopted(cursor: String)
    }

    /// What is to be done. After each but `ready` and `lost` an event is awaited.
    public enum Action: Sendable, Equatable {
        case readHead
        case writeHead(LogHead, over: UInt64?)
        case readLast(subject: String)
        case publish(LogHead.Pending)
        /// Everything that was begun is in the stream. The head tells who wrote last, and from where to go on.
        case ready(LogHead)
        /// Another holds the account.
        case lost
    }

    private enum State: Sendable, Equatable {
        case idle
        case reading
        case writing(LogHead)
        /// It is asked for the last message of the subject before the head is written with it.
        case preparing(Offer)
        case publishing
        /// It is asked whether the message is the last of its subject.
        case looking
        case ready
        case lost
    }

    private let account: String
    private let host: String
    private var epoch: UInt64 = 0
    private var state = State.idle
    private var head = LogHead(epoch: 0, sequence: 0, host: "")
    private var revision: UInt64?
    /// The last message of each subject, as far as this host wrote it.
    private var lasts: [String: UInt64] = [:]

    /// The log of an account that nothing is known of.
    public init(account: String, host: String) {
        self.account = account
        self.host = host
    }

    /// Whether a change can be offered.
    public var isReady: Bool { state == .ready }
    /// How many messages there are of the account, and the epoch of this host's.
    public var position: (sequence: UInt64, epoch: UInt64) { (head.sequence, epoch) }

    /// Takes in what happened, and says what is to be done.
    public mutating func on(_ event: Event) -> Action {
        switch (state, event) {
        case (_, .begin(let epoch)):
            precondition(epoch >= self.epoch, "an epoch never goes back")
            (self.epoch, state, lasts) = (epoch, .reading, [:])
            return .readHead
        case (.lost, _): return .lost
        case (.reading, .head(let found, let revision)): return take(found, revision)
        case (.reading, .unanswered): return .readHead
        case (.writing(let head), .written(let revision)):
            (self.head, self.revision) = (head, revision)
            return carryOn()
        // The head is asked for: it may have been written, or another's may stand there.
        case (.writing, .conflicted), (.writing, .unanswered): return .readHead
        case (.writing(let wanted), .head(let found, let revision)):
            if let found, found == wanted {
                (head, self.revision) = (wanted, revision)
                return carryOn()
            }
            if found == nil || found == head { return write(wanted, over: found.map { _ in revision }) }
            // Under an older epoch something was begun between reading and writing.
            if let found, found.epoch < epoch { return take(found, revision) }
            return lose()
        case (.publishing, .published(let sequence)): return published(sequence)
        case (.publishing, .overtaken), (.publishing, .unanswered):
            guard let pending = head.pending else { preconditionFailure("nothing is published without a head that says so") }
            state = .looking
            return .readLast(subject: pending.subject)
        case (.looking, .last(let id, let sequence)): return found(id, sequence)
        case (.looking, .unanswered):
            return .readLast(subject: head.pending?.subject ?? "")
        case (.ready, .offer(let offer)):
            guard let last = lasts[offer.subject] else {
                state = .preparing(offer)
                return .readLast(subject: offer.subject)
            }
            return begin(offer, last: last)
        case (.ready, .adopted(let cursor)):
            var next = head
            (next.cursor, next.host, next.pending) = (cursor, host, nil)
            return write(next, over: revision)
        case (.preparing(let offer), .last(_, let sequence)): return begin(offer, last: sequence)
        case (.preparing(let offer), .unanswered): return .readLast(subject: offer.subject)
        default: preconditionFailure("\(event) cannot happen while \(state)")
        }
    }

    /// The head of whoever was before is found: it is made this epoch's.
    private mutating func take(_ found: LogHead?, _ revision: UInt64) -> Action {
        guard found?.epoch ?? 0 <= epoch else { return lose() }
        head = found ?? LogHead(epoch: 0, sequence: 0, host: host)
        var claimed = head
        claimed.epoch = epoch
        return write(claimed, over: found.map { _ in revision })
    }

    private mutating func write(_ head: LogHead, over revision: UInt64?) -> Action {
        state = .writing(head)
        return .writeHead(head, over: revision)
    }

    /// The head is this host's: what it holds is published.
    private mutating func carryOn() -> Action {
        guard let pending = head.pending else { return ready() }
        state = .publishing
        return .publish(pending)
    }

    private mutating func begin(_ offer: Offer, last: UInt64?) -> Action {
        let sequence = head.sequence + 1
        let pending = LogHead.Pending(subject: offer.subject, id: "\(account).\(epoch).\(sequence)", body: offer.body, last: last)
        return write(
            LogHead(epoch: epoch, sequence: sequence, host: host, cursor: offer.cursor, pending: pending), over: revision)
    }

    private mutating func found(_ id: String?, _ sequence: UInt64?) -> Action {
        guard var pending = head.pending else { preconditionFailure("nothing is looked for without a head that says so") }
        if let sequence, id == pending.id { return published(sequence) }
        if sequence == pending.last {
            state = .publishing
            return .publish(pending)
        }
        // Somebody else publishes there. Behind that it is published as well, if the head is still this host's.
        pending.last = sequence
        var next = head
        next.pending = pending
        return write(next, over: revision)
    }

    private mutating func published(_ sequence: UInt64) -> Action {
        if let subject = head.pending?.subject { lasts[subject] = sequence }
        return ready()
    }

    private mutating func ready() -> Action {
        state = .ready
        return .ready(head)
    }

    private mutating func lose() -> Action {
        state = .lost
        return .lost
    }
}
