import Alarms
import Changes
import Ledger
import WhatsAppBusiness

// How the keeper records alarms. What could not be recorded has not happened: the books are as before, and it is tried again.

extension AlarmKeeper {
    /// Finds out what is wrong with these accounts, and records what that changes, in one transaction for each who caused it.
    /// - Parameter event: what happened to all of them, if anything did.
    func tell(_ names: Set<String>, after event: AlarmBook.Event? = nil) async throws(LedgerError) {
        let (time, wall) = (now(), wallClock())
        var kept: [String: KeptAccount] = [:]
        var records: [String?: [AlarmRecord]] = [:]
        for name in names.sorted() {
            guard var account = accounts[name] else { continue }
            let assessment = name == ResourceID.allAccounts ? AlarmRules.assess(serviceFacts(time)) : account.assess(now: time, wall: wall)
            var updates: [AlarmUpdate] = []
            for event in account.events + (event.map { [$0] } ?? []) + [.assessed(assessment)] {
                updates += account.book.on(event, now: time, wall: wall)
            }
            account.events = []
            account.next = account.book.next(now: time, wall: wall)
            account.facts.templates.forget(at: wall)
            for update in updates {
                guard let record = AlarmRecord(update, of: name) else { continue }
                records[update.actor, default: []].append(record)
            }
            kept[name] = account
        }
        do throws(LedgerError) {
            for (actor, records) in records {
                try await ledger.record(alarms: records, origin: actor == nil ? .poll : .command, actor: actor, at: wall)
            }
        } catch {
            // What is the matter with the ledger is seen by the next turn, and told once it can be.
            touched.watches = true
            throw error
        }
        for (name, account) in kept where accounts[name] != nil { accounts[name] = account }
    }

    private func serviceFacts(_ time: Duration) -> ServiceFacts {
        var facts = service
        facts.connection =
            accounts[ResourceID.allAccounts]?.times.facts(now: time).first
            ?? WatchFacts(id: "connection", kind: nil, state: .current, every: Self.lookEvery)
        return facts
    }
}

extension AlarmRecord {
    /// How an alarm stands, as the ledger keeps and tells it; `nil` where nothing is told.
    init?(_ update: AlarmUpdate, of account: String) {
        let key = AlarmKey(account: account, id: update.id.description, phoneNumberID: update.id.phoneNumberID)
        var change = DetectedChange(
            key.resource, update.operation, severity: update.severity, before: update.before, after: update.after, summary: update.summary)
        if let before = update.before, let after = update.after {
            guard let difference = DocumentDifference(from: before, to: after) else { return nil }
            (change.fields, change.before, change.after) = (difference.fields, difference.before, difference.after)
        }
        self.init(key: key, document: update.after, change: change)
    }
}
