import NIOCore

/// Who may have a part of something that there is too little of: peers in turn, whatever each of them asks for, and each peer's in the order in which they came.
struct TurnQueue {
    /// Who waits.
    typealias Ticket = Int

    private let limit: Int
    private let perShare: Int
    private var held = 0
    private var heldBy: [PeerShare: Int] = [:]
    private var lines: [PeerShare: CircularBuffer<(ticket: Ticket, weight: Int)>] = [:]
    /// Those of whom somebody waits, the next first.
    private var order = CircularBuffer<PeerShare>()

    /// So much is there, of which one share may have so much. Who asks for more than there is gets it alone.
    init(limit: Int, perShare: Int) { (self.limit, self.perShare) = (limit, perShare) }

    /// How many wait.
    var waiting: Int { lines.values.reduce(0) { $0 + $1.count } }

    /// Asks for a part. Who may go on: this one, or nobody.
    mutating func enter(_ ticket: Ticket, weight: Int, of share: PeerShare) -> [Ticket] {
        if lines[share]?.isEmpty ?? true { order.append(share) }
        lines[share, default: []].append((ticket, weight))
        return grant()
    }

    /// Gives a part back. Who may go on.
    mutating func leave(weight: Int, of share: PeerShare) -> [Ticket] {
        held -= weight
        heldBy[share] = heldBy[share].flatMap { $0 > weight ? $0 - weight : nil }
        return grant()
    }

    /// Waits no longer; `nil` if it does not. Who may go on.
    mutating func abandon(_ ticket: Ticket, of share: PeerShare) -> [Ticket]? {
        guard let index = lines[share]?.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        lines[share]?.remove(at: index)
        if lines[share]?.isEmpty ?? true {
            lines[share] = nil
            order.removeAll { $0 == share }
        }
        return grant()
    }

    private mutating func grant() -> [Ticket] {
        var granted: [Ticket] = []
        var passed = 0
        while passed < order.count, let share = order.popFirst(), let next = lines[share]?.first {
            let own = heldBy[share] ?? 0
            guard own == 0 || own + next.weight <= perShare else {
                // It waits for its own.
                order.append(share)
                passed += 1
                continue
            }
            guard held == 0 || held + next.weight <= limit else {
                // The others wait behind it, or what is large would never come to its turn.
                order.prepend(share)
                break
            }
            held += next.weight
            heldBy[share] = own + next.weight
            granted.append(next.ticket)
            lines[share]?.removeFirst()
            if lines[share]?.isEmpty ?? true { lines[share] = nil } else { order.append(share) }
            passed = 0
        }
        return granted
    }
}
