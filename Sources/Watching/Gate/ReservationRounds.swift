/// Which accounts' calls are written down together, and who writes them. A pure decision.
///
/// One round is written at a time, by somebody whose account is in it. Who comes meanwhile waits for its end, and one of those writes the next round for
/// all of them: nobody writes more than one, however many keep coming.
struct ReservationRounds {
    private enum State: Equatable {
        case idle
        /// A round with these accounts is on its way to the disk.
        case writing(Set<String>)
    }

    /// What somebody does who needs calls of an account to be written down.
    enum Turn: Equatable {
        /// It writes a round with these accounts, and says when it has ended.
        case write(Set<String>)
        /// It waits for the end of the round that is written, and comes again if its account was not in that.
        case wait
    }

    private var state = State.idle
    /// The accounts of the next round.
    private var wanted: Set<String> = []

    /// Somebody needs calls of an account to be written down.
    mutating func come(for account: String) -> Turn {
        switch state {
        case .writing(let round):
            if !round.contains(account) { wanted.insert(account) }
            return .wait
        case .idle:
            let round = wanted.union([account])
            wanted = []
            state = .writing(round)
            return .write(round)
        }
    }

    /// The round that was written has ended, well or not.
    /// - Returns: the accounts that were in it.
    mutating func end() -> Set<String> {
        guard case .writing(let round) = state else { preconditionFailure("a round ends that was not begun") }
        state = .idle
        return round
    }
}
