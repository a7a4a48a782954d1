import Hosting

/// What NATS keeps, as far as leases and logs rest on it: revisions that only grow, values that end with their time, messages that expect the last one of
/// their subject. Times are real ones.
struct ModelServer {
    struct Value {
        var text: String
        var revision: UInt64
        var end: Duration?
    }

    struct Message: Equatable {
        var id: String
        var body: String
    }

    /// What is broken of it, to see that the model would notice.
    var ignoresRevisions = false
    private var revision: UInt64 = 0
    private var values: [String: Value] = [:]
    private(set) var messages: [(subject: String, message: Message)] = []

    mutating func value(_ key: String, _ now: Duration) -> Value? {
        if let end = values[key]?.end, now >= end { values[key] = nil }
        return values[key]
    }

    /// The new revision; `nil` where another stands there.
    mutating func put(_ text: String, _ key: String, over expected: UInt64?, timeToLive: Duration? = nil, _ now: Duration) -> UInt64? {
        guard ignoresRevisions || value(key, now)?.revision == expected else { return nil }
        revision += 1
        values[key] = Value(text: text, revision: revision, end: timeToLive.map { now + $0 })
        return revision
    }

    func last(of subject: String) -> (id: String, sequence: UInt64)? {
        messages.indices.last { messages[$0].subject == subject }.map { (messages[$0].message.id, UInt64($0 + 1)) }
    }

    mutating func publish(_ pending: LogHead.Pending) -> UInt64? {
        guard last(of: pending.subject)?.sequence == pending.last else { return nil }
        messages.append((pending.subject, Message(id: pending.id, body: pending.body)))
        return UInt64(messages.count)
    }
}
