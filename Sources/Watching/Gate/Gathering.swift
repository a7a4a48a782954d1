/// Polls of one account that began together, and which of their first requests go to Meta in one. A pure decision.
///
/// Each of them either brings its first request or leaves; when nobody is open any more, what was brought goes. So nobody waits for a request that may
/// never be made: every way out of a poll leaves.
struct Gathering: Sendable {
    private enum Place: Sendable, Equatable {
        /// It has neither brought a request nor left.
        case open
        /// Its request waits.
        case brought
        case left
    }

    enum Event: Sendable, Equatable {
        /// A member's first request is there, and may be made.
        case brings(Int)
        /// A member has none, makes it by itself, or waits no longer.
        case leaves(Int)
    }

    /// What becomes of it.
    enum Verdict: Sendable, Equatable {
        /// Somebody is open still.
        case waits
        /// These go, each group in one request and in this order; one alone by itself.
        case goes([[Int]])
    }

    private var places: [Place]
    private let most: Int
    private var hasGone = false

    /// One of so many polls, none of which has brought anything.
    /// - Parameter most: so many requests go together.
    init(members: Int, most: Int) {
        precondition(members > 0 && most > 0, "a gathering is of somebody, and something goes")
        places = Array(repeating: .open, count: members)
        self.most = most
    }

    /// Takes an event. What comes when all have gone changes nothing.
    mutating func on(_ event: Event) -> Verdict {
        guard !hasGone else { return .waits }
        switch event {
        case .brings(let member):
            precondition(places[member] == .open, "a member brings one request, unless it has left")
            places[member] = .brought
        case .leaves(let member): places[member] = .left
        }
        guard !places.contains(.open) else { return .waits }
        hasGone = true
        let brought = places.indices.filter { places[$0] == .brought }
        return .goes(stride(from: 0, to: brought.count, by: most).map { Array(brought[$0..<min($0 + most, brought.count)]) })
    }
}

/// A poll's place in a gathering of its account's gate.
struct BatchSeat: Sendable {
    let gate: AccountGate
    /// Which gathering, and of how many polls.
    let gathering: UInt64
    let members: Int
    /// Which of them this is.
    let member: Int
}

/// A seat until it is taken or left. The poll alone has it.
final class HeldSeat {
    private var seat: BatchSeat?

    init(_ seat: BatchSeat?) { self.seat = seat }

    /// Gives the seat away: whoever gets it brings a request, or leaves.
    func take() -> BatchSeat? {
        defer { seat = nil }
        return seat
    }

    /// Leaves it, if it is still there.
    func leave(isolation: isolated (any Actor)? = #isolation) async { if let seat = take() { await seat.gate.leave(seat) } }
}
