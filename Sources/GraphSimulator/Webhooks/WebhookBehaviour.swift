import StrictJSON

/// How webhooks come, where that is not each once, at once and in order: Meta promises none of it.
public struct WebhookBehaviour: Sendable, Equatable {
    /// How often each is sent, 1 to 10.
    public var copies = 1
    /// How long after the change, at most an hour.
    public var delay = Duration.zero
    /// So many changes are gathered and sent in one body, 1 to 1000.
    public var batch = 1
    /// So many bodies are gathered and sent the last first, 1 to 1000.
    public var disorder = 1

    /// Each once, at once and in order.
    public init() {}
}

extension WebhookBehaviour {
    /// What stands in a body of the control's.
    init(_ body: JSONObject) throws(SimulatedError) {
        self.init()
        for member in body {
            guard let value = member.value.integer.map({ Int($0) }) else { throw .parameter("\(member.name) is a number") }
            let range = ["copies": 1...10, "batch": 1...1000, "disorder": 1...1000, "delay_ms": 0...3_600_000][member.name]
            guard let range, range.contains(value) else { throw .parameter("Webhooks have no \(member.name), or it is out of range") }
            switch member.name {
            case "copies": copies = value
            case "batch": batch = value
            case "disorder": disorder = value
            default: delay = .milliseconds(value)
            }
        }
    }
}
