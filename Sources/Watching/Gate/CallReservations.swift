import Continuations
import Ledger
import StrictJSON

/// Writes calls down before they are made: those of all accounts that come to need it, in one transaction.
///
/// While one is on its way to the disk, others that need one wait for the next.
actor CallReservations {
    private struct Member {
        weak var gate: AccountGate?
        /// The minute in which it was last asked whether it wants calls to be written down.
        var served: Int64 = .min
    }

    private let ledger: Ledger
    private let world: World
    private var members: [String: Member] = [:]
    private var wanted: Set<String> = []
    private var isWriting = false
    private let waiting = WaitList<String, Result<Void, LedgerError>>()

    init(ledger: Ledger, world: World) {
        self.ledger = ledger
        self.world = world
    }

    /// Accounts' calls are written down from now on, in the place of those of others of their names.
    func join(_ gates: [AccountGate]) { for gate in gates { members[gate.name] = Member(gate: gate) } }

    /// An account is no longer watched.
    func leave(_ name: String) { members[name] = nil }

    /// Has some calls of an account written down; `false` where it is not watched any more, or another of its name is: then none may be made.
    /// - Throws: why they could not be: then none may be made, either.
    func reserve(_ gate: AccountGate) async throws(LedgerError) -> Bool {
        let name = gate.name
        guard members[name]?.gate === gate else { return false }
        wanted.insert(name)
        guard !isWriting else {
            try await waiting.wait(for: name, whenCancelled: .success(())).get()
            return true
        }
        isWriting = true
        defer { isWriting = false }
        var own: Result<Void, LedgerError> = .success(())
        while !wanted.isEmpty {
            let names = wanted
            wanted = []
            let result = await write(names)
            if names.contains(name) { own = result }
            // Whoever has come meanwhile is served as well: another offer would take back what this one gave.
            wanted.subtract(names)
            for name in names { waiting.answer(name, with: result) }
        }
        try own.get()
        return true
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
