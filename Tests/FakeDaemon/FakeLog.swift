public import WabaWatchInterface

/// What a fake daemon knows: things, changes, and who waits for more.
public actor FakeLog {
    /// Things by the order in which they are listed.
    public private(set) var resources: [Resource]
    /// Every change, sequence 1 first.
    public private(set) var changes: [Change] = []
    /// Changes up to this sequence cannot be resumed from any more.
    public private(set) var forgotten = 0
    /// The mutes that are in force; the first one's id is 1.
    public private(set) var mutes: [MuteEntry] = []
    /// The bodies of webhooks that were handed in, byte for byte.
    public private(set) var reports: [[UInt8]] = []
    private var waiting: [AsyncStream<Void>.Continuation] = []
    private var subscriptions: [AsyncStream<SubscribeParameters>.Continuation] = []

    /// A log with things and no changes.
    public init(resources: [Resource] = []) { self.resources = resources }

    /// The newest cursor.
    public var cursor: Cursor { Self.cursor(changes.count) }
    /// The oldest cursor.
    public var oldestCursor: Cursor { Self.cursor(forgotten) }

    /// Records changes; `make` is given each one's sequence and cursor.
    public func record(_ count: Int = 1, _ make: @Sendable (Int, Cursor) -> Change) {
        for _ in 0..<count {
            let sequence = changes.count + 1
            changes.append(make(sequence, Self.cursor(sequence)))
        }
        wake()
    }

    /// Mutes, as alice.
    public func mute(_ parameters: MuteParameters) -> MuteEntry {
        let mute = MuteEntry(
            id: "\(mutes.count + 1)", filter: parameters.filter, names: parameters.names, until: parameters.until,
            reason: parameters.reason, by: "alice (1000)")
        mutes.append(mute)
        return mute
    }

    /// Ends a mute; whether there was one with that id.
    func unmute(_ id: String) -> Bool {
        let count = mutes.count
        mutes.removeAll { $0.id == id }
        return mutes.count < count
    }

    /// Keeps the body of a webhook.
    func handedIn(_ body: [UInt8]) { reports.append(body) }

    /// Forgets changes up to a sequence.
    public func forget(upTo sequence: Int) { forgotten = sequence }

    /// Wakes every subscriber; one with nothing to tell sends a heartbeat.
    public func wake() { for waiter in waiting { waiter.yield() } }

    /// Told each subscription as it begins.
    public func watchSubscriptions() -> AsyncStream<SubscribeParameters> {
        let (stream, continuation) = AsyncStream<SubscribeParameters>.makeStream()
        subscriptions.append(continuation)
        return stream
    }

    func subscribed(_ parameters: SubscribeParameters) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        waiting.append(continuation)
        for subscription in subscriptions { subscription.yield(parameters) }
        return stream
    }

    func changes(after sequence: Int) -> [Change] { Array(changes.dropFirst(sequence)) }

    /// A cursor of this log.
    public static func cursor(_ sequence: Int) -> Cursor { Cursor("fake.\(sequence)") }

    func sequence(_ cursor: Cursor) -> Int? {
        guard cursor.text.hasPrefix("fake."), let sequence = Int(cursor.text.dropFirst(5)) else { return nil }
        return sequence
    }
}
