import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

/// A promise broken on purpose, in the history that the checker is given: what another product, another journal or another reader would have done.
/// What the product's own code can break is in `Mutations/`, as patches.
public enum Mutation: String, Sendable, CaseIterable {
    case lostChange = "lost-change"
    case repeatedChange = "repeated-change"
    case swappedChanges = "swapped-changes"
    case untoldChange = "untold-change"
    case inventedChange = "invented-change"
    case alteredChange = "altered-change"
    case lateChange = "late-change"
    case splitTransaction = "split-transaction"
    case inventedRemoval = "invented-removal"
    case secondBaseline = "second-baseline"
    case changeAfterFailure = "change-after-failure"
    case watchToldAgain = "watch-told-again"
    case watchOutOfNothing = "watch-out-of-nothing"
    case otherSnapshot = "other-snapshot"
    case forgottenAfterKill = "forgotten-after-kill"
    case tooManyCalls = "too-many-calls"
    case readerJumps = "reader-jumps"
    case readerRepeats = "reader-repeats"
    case readerResumesTooFar = "reader-resumes-too-far"
    case journalJumps = "journal-jumps"
    case journalRepeats = "journal-repeats"
    case journalStops = "journal-stops"

    /// The promise that it breaks, as the checker calls it.
    public var promise: String {
        switch self {
        case .lostChange, .repeatedChange, .swappedChanges, .readerJumps, .readerRepeats, .journalJumps, .journalRepeats:
            "ordered, unique, gapless"
        case .untoldChange, .lateChange: "each state is reported"
        case .inventedChange: "nothing else is reported"
        case .alteredChange: "exactly once"
        case .splitTransaction, .otherSnapshot: "atomic"
        case .inventedRemoval: "removal is certain"
        case .secondBaseline: "baseline"
        case .changeAfterFailure: "no failure is a change"
        case .watchToldAgain, .watchOutOfNothing: "watch"
        case .forgottenAfterKill, .journalStops: "durable"
        case .tooManyCalls: "Meta's budget"
        case .readerResumesTooFar: "resumable"
        }
    }
}

extension Mutation {
    /// Breaks the promise in a history; `false` if there is nothing in it to break.
    func apply(to history: inout History) -> Bool {
        switch self {
        case .tooManyCalls:
            guard let account = history.scenario.accounts.first, let first = history.calls[account.name]?.first else { return false }
            history.calls[account.name] = Array(repeating: first, count: 50_000)
        case .readerJumps, .readerRepeats, .readerResumesTooFar: return applyToReaders(&history)
        case .journalJumps:
            guard history.journal.count > 2, history.fullDisk.isEmpty else { return false }
            history.journal.remove(at: history.journal.count / 2)
        case .journalRepeats:
            guard history.journal.count > 2, history.fullDisk.isEmpty else { return false }
            history.journal.insert(history.journal[history.journal.count / 2], at: history.journal.count / 2)
        case .journalStops:
            guard !history.journal.isEmpty else { return false }
            history.journal.removeLast()
        case .forgottenAfterKill:
            guard !history.kept.isEmpty else { return false }
            history.kept.removeLast()
        case .otherSnapshot:
            guard let index = history.stored.firstIndex(where: { $0.resource.kind == .phoneNumber }) else { return false }
            history.stored[index].document["verified_name"] = "somebody else"
        default: return applyToTransactions(&history)
        }
        return true
    }

    private func applyToReaders(_ history: inout History) -> Bool {
        for (index, reader) in history.readers.enumerated() {
            guard let place = reader.connections.firstIndex(where: { $0.changes.count > 1 }) else { continue }
            var connection = reader.connections[place]
            switch self {
            case .readerJumps: connection.changes.remove(at: 0)
            case .readerRepeats: connection.changes.insert(connection.changes[0], at: 0)
            default:
                guard place > 0 else { continue }
                connection.after += 1
                connection.changes.removeFirst()
            }
            history.readers[index].connections[place] = connection
            return true
        }
        return false
    }

    private func applyToTransactions(_ history: inout History) -> Bool {
        for index in history.transactions.indices.reversed() {
            var all = history.transactions[index].changes
            guard let place = all.lastIndex(where: suits) else { continue }
            switch self {
            case .lostChange: all.remove(at: place)
            case .repeatedChange: all.insert(all[place], at: place)
            case .swappedChanges:
                guard all.count > 1 else { continue }
                all.swapAt(0, 1)
            case .untoldChange:
                history.transactions[index].changes.remove(at: place)
                return history.renumber()
            case .inventedChange:
                let names = all[place].change.fields[0].names
                all[place].change.after?.set("never so", at: names)
            case .alteredChange:
                let names = all[place].change.fields[0].names
                all[place].change.before?.set("never so", at: names)
            case .lateChange:
                let late = history.transactions.remove(at: index)
                guard index == history.transactions.count || late.changes.count > 1 else { continue }
                history.transactions.append(late)
                history.transactions[history.transactions.count - 1].time = history.end
                return true
            case .splitTransaction:
                guard history.transactions[index].isWhole, all.count > 1 else { continue }
                history.transactions[index].changes = Array(all.dropLast())
                history.transactions.insert(history.transactions[index], at: index + 1)
                history.transactions[index + 1].changes = [all[all.count - 1]]
                return true
            case .inventedRemoval: all[place].change = removal(of: all[place].change)
            case .secondBaseline: all.append(all[place])
            case .changeAfterFailure:
                history.walks.markLast(of: PollTarget(of: all[place].change.resource), before: history.transactions[index].time)
            case .watchToldAgain: all[place].change.before = all[place].change.after
            case .watchOutOfNothing: all[place].change.after?["state"] = "forbidden"
            default: return false
            }
            history.transactions[index].changes = all
            history.kept = history.transactions.flatMap(\.changes)
            return true
        }
        return false
    }

    /// Whether it can be applied to a change.
    private func suits(_ recorded: RecordedChange) -> Bool {
        let change = recorded.change
        return switch self {
        case .watchToldAgain, .watchOutOfNothing:
            change.resource.kind == .watch && change.before?["state"] != nil && change.after?["state"]?.string == "current"
        case .secondBaseline: change.operation == .baseline && change.resource.kind.known?.isList == true
        case .inventedChange, .alteredChange:
            change.operation == .changed && change.isOfPoll && change.after != nil && change.before != nil
        case .untoldChange, .inventedRemoval, .changeAfterFailure, .lateChange:
            change.operation == .changed && change.isOfPoll
        default: true
        }
    }

    private func removal(of change: DetectedChange) -> DetectedChange {
        DetectedChange(change.resource, .removed, severity: change.severity.level, before: change.before, summary: change.summary)
    }
}

extension History {
    /// Gives the changes the sequences that they would have had.
    fileprivate mutating func renumber() -> Bool {
        var sequence: Int64 = 0
        for index in transactions.indices {
            for place in transactions[index].changes.indices {
                sequence += 1
                transactions[index].changes[place].sequence = sequence
            }
        }
        kept = transactions.flatMap(\.changes)
        return true
    }
}

extension [Walk] {
    /// The unit's last walk before a moment failed.
    fileprivate mutating func markLast(of target: PollTarget, before moment: Moment) {
        guard let index = lastIndex(where: { $0.target == target && $0.isDelivered(by: moment) }) else { return }
        self[index].isComplete = false
        self[index].trouble = .truncated
    }
}

extension DetectedChange {
    /// Whether a poll has shown it, and not a watch or the keeper of alarms.
    fileprivate var isOfPoll: Bool { resource.kind != .watch && resource.kind != .alarm }
}
