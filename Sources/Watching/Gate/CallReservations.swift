import Continuations
import Ledger
import StrictJSON

/// Writes calls down before they are made: those of all accounts that come to need it, in one transaction. Whose turn it is, `ReservationRounds` decides.
actor CallReservations {
    private struct Member {
        weak var gate: AccountGate?
        /// The minute in which it was last asked whether it wants calls to be written down.
        var served: Int64 = .min
    }

    private let ledger: Ledger
    private let world: World
    private var members: [String: Member] = [:]
    private var rounds = ReservationRounds()
    private let waiting = WaitList<String, RoundEnd>()
    /// How many wait for the end of a round.
    var waitingCount: Int { waiting.count }

    /// What somebody hears who waits for the end of a round.
    private enum RoundEnd: Sendable {
        /// Its account was in it.
        case written(Result<Void, LedgerError>)
        /// Its account was not in it, or its writer was cancelled, or it was cancelled itself: the next may be its own, if it still needs one.
        case another
    }

    init(ledger: Ledger, world: World) {
        self.ledger = ledger
        self.world = world
    }

    /// Accounts' calls are written down from now on, in the place of those of others of their names.
    func join(_ gates: [AccountGate]) { for gate in gates { members[gate.name] = Member(gate: gate) } }

    /// An account is no longer watched.
    func leave(_ name: String) { members[name] = nil }

    /// Has some calls of an account written down, or waits for others' who do: it comes again if there are none for it then. `false` where the account is not
    /// watched any more, or another of its name is: then none may be made.
    /// - Throws: why they could not be: then none may be made, either.
    func reserve(_ gate: AccountGate) async throws(LedgerError) -> Bool {
        let name = gate.name
        guard members[name]?.gate === gate else { return false }
        switch rounds.come(for: name) {
        case .write(let names):
            let result = await write(names)
            tell(names: rounds.end(), of: result)
            try result.get()
        case .wait:
            if case .written(let result) = await waiting.wait(for: name, whenCancelled: .another) { try result.get() }
        }
        return true
    }

    /// Everybody hears of a round's end. That its writer was cancelled is nobody else's failure.
    private func tell(names: Set<String>, of result: Result<Void, LedgerError>) {
        if case .failure(let error) = result, error.code == .cancelled { return waiting.answerAll(with: .another) }
        for name in names { waiting.answer(name, with: .written(result)) }
        waiting.answerAll(with: .another)
    }

    private func write(_ names: Set<String>) async -> Result<Void, LedgerError> {
        let minute = world.now().minute
        let others = members.filter { names.contains($0.key) || $0.value.served < minute }
        // Each is asked once a minute whether it wants some, too.
        for name in others.keys { members[name]?.served = minute }
        var documents: [String: JSONObject] = [:]
        var offers: [(gate: AccountGate, offer: CallBudget.Offer)] = []
        for (name, member) in others.sorted(by: { $0.key < $1.key }) {
            guard let gate = member.gate, let (document, offer) = await gate.offer(isWanted: names.contains(name)) else { continue }
            documents[name] = document
            offers.append((gate, offer))
        }
        do throws(LedgerError) { try await ledger.save(budgets: documents) } catch { return .failure(error) }
        for (gate, offer) in offers { await gate.accept(offer) }
        return .success(())
    }

    /// Writes down the calls that were made, at the end: there will be no more.
    func close() async throws(LedgerError) {
        var documents: [String: JSONObject] = [:]
        for (name, member) in members { documents[name] = await member.gate?.close() }
        try await ledger.save(budgets: documents)
    }
}
