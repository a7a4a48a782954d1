/// What is gathered of webhooks before they are sent: changes go in, bodies come out, in the order in which they are sent.
struct WebhookQueue: Sendable {
    private var behaviour = WebhookBehaviour()
    private var changes: [ReportedChange] = []
    private var bodies: [[UInt8]] = []

    /// Takes changes; the bodies that are due.
    mutating func add(_ new: [ReportedChange]) -> [[UInt8]] {
        changes += new
        while changes.count >= behaviour.batch {
            bodies.append(ReportedChange.body(of: Array(changes.prefix(behaviour.batch))))
            changes.removeFirst(behaviour.batch)
        }
        var due: [[UInt8]] = []
        while bodies.count >= behaviour.disorder {
            due += bodies.prefix(behaviour.disorder).reversed()
            bodies.removeFirst(behaviour.disorder)
        }
        return copies(due)
    }

    /// Behaves otherwise from now on; what was gathered is due.
    mutating func set(_ behaviour: WebhookBehaviour) -> [[UInt8]] {
        guard behaviour != self.behaviour else { return [] }
        if !changes.isEmpty { bodies.append(ReportedChange.body(of: changes)) }
        let due = copies(bodies.reversed())
        (changes, bodies) = ([], [])
        self.behaviour = behaviour
        return due
    }

    private func copies(_ bodies: [[UInt8]]) -> [[UInt8]] { bodies.flatMap { Array(repeating: $0, count: behaviour.copies) } }
}
