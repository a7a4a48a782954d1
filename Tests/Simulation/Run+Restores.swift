import Ledger
import TestTools
import Watching
import WhatsAppBusiness

extension Run {
    /// A copy of the ledger, as somebody keeps one.
    struct Copy {
        var store: MemoryStore
        var time: Moment
        var sequence: Int64
    }

    /// Somebody copies the ledger, goes on, and puts the copy back while no process runs.
    func planRestores() {
        guard scenario.oddities.contains(.restoredLedgers) else { return }
        for _ in 0..<dice.number(1...2) {
            let (one, other) = (dice.time(.zero...scenario.busy), dice.time(.zero...scenario.busy))
            stage.after(min(one, other)) { [unowned self] in copyLedger() }
            stage.after(max(one, other)) { [unowned self] in putLedgerBack() }
        }
    }

    /// Many things go at once, in truth.
    func planMassRemovals() {
        guard scenario.oddities.contains(.massRemovals) else { return }
        stage.after(dice.time(.seconds(600)...(.seconds(3000)))) { [unowned self] in meta.removeMany() }
    }

    private func copyLedger() {
        do { copies.append(Copy(store: try store.copy(), time: stage.now, sequence: lastSequence)) } catch {
            preconditionFailure("the ledger's database is copied: \(error)")
        }
        stage.note("the ledger is copied at \(lastSequence)")
    }

    private func putLedgerBack() {
        guard life.isAlive, !copies.isEmpty else { return }
        let copy = copies.removeFirst()
        stage.note("life \(life.number) is killed, and the ledger put back to \(copy.sequence)")
        history.lives.append(.init(begin: life.begin, end: stage.now, killed: true))
        life.kill()
        for index in history.transactions.indices where history.transactions[index].time > copy.time {
            history.transactions[index].isLost = true
        }
        history.restores.append(.init(copied: copy.time, restored: stage.now, sequence: copy.sequence, life: life.number + 1))
        store = copy.store
        lastSequence = copy.sequence
        // A copy that was made of what is gone now is of no use for this.
        copies.removeAll { $0.time > copy.time }
        meta.endNested()
        restart()
    }
}
