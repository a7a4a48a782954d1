import Alarms
import Changes
import Ledger
import StrictJSON
import WhatsAppBusiness

// How the keeper follows what is recorded: of each change it is seen what it touches, and that is read from the snapshot.

extension AlarmKeeper {
    /// Takes in the changes since the last turn, and reads what they touched.
    func follow() async throws(LedgerError) {
        do throws(LedgerError) {
            while let last = sequence {
                let page = try await ledger.changes(after: last)
                guard let end = page.last?.sequence else { break }
                for change in page { take(change) }
                sequence = end
            }
        } catch {
            guard error.code == .historyLost else { throw error }
            // What it would go on from is kept no more: everything is read anew.
            try await begin()
            touched = Touched()
            touched.watches = true
            return
        }
        for name in touched.templates {
            try await nameTemplates(of: name)
            touched.templates.remove(name)
        }
        for (account, kinds) in touched.things {
            try await read(kinds, of: account)
            touched.things[account] = nil
        }
    }

    private func take(_ recorded: RecordedChange) {
        let (change, resource) = (recorded.change, recorded.change.resource)
        let account = resource.account
        guard let kind = resource.kind.known, accounts[account] != nil else {
            // An account that is not known here may be new.
            if resource.kind == .account { touched.watches = true }
            return
        }
        // It is seen in no document.
        if change.operation == .reported {
            accounts[account]?.facts.reported.take(change.after, number: resource.phoneNumberID, at: recorded.observedAt)
            touched.accounts.insert(account)
            return
        }
        if change.operation == .changed, kind == .account || kind == .phoneNumber {
            accounts[account]?.facts.reported.answered(change.after, number: resource.phoneNumberID)
        }
        switch kind {
        case .watch: touched.watches = true
        case .account:
            if change.operation == .removed { touched.watches = true } else { touched.touch(account, kind, resource.id) }
        case .messageTemplate:
            let before = accounts[account]?.facts.templates
            accounts[account]?.facts.templates.take(change, at: recorded.observedAt)
            guard accounts[account]?.facts.templates != before else { return }
            touched.templates.insert(account)
            touched.accounts.insert(account)
        case .subscribedApp:
            touched.touchAll(account, kind)
            if change.operation != .baseline { accounts[account]?.events.append(.reauthorised) }
        case .phoneNumber:
            accounts[account]?.facts.numbers?[resource.id]?.times.on(before: change.before, after: change.after, at: recorded.observedAt)
            let isOfCallback = change.fields.contains { $0.names.first == "webhook_configuration" }
            if change.operation == .changed, isOfCallback { accounts[account]?.events.append(.reauthorised) }
            if change.operation == .removed { accounts[account]?.events.append(.left(number: resource.id)) }
            // The baseline of a list stands for all of it.
            if change.isOfList { touched.touchAll(account, kind) } else { touched.touch(account, kind, resource.id) }
        case .commerceSettings: touched.touch(account, kind, resource.id)
        // Nothing that is an alarm follows from any other.
        default: break
        }
    }

    /// Reads what was touched, from the snapshot as it is now.
    private func read(_ kinds: [Kind: Touched.Things], of account: String) async throws(LedgerError) {
        for (kind, things) in kinds.sorted(by: { $0.key < $1.key }) {
            var ids: [String]?
            if case .some(let some) = things { ids = Array(some) }
            let found = try await ledger.resources(accounts: [account], kinds: [kind], ids: ids).resources.filter {
                $0.resource.account == account
            }
            switch kind {
            case .subscribedApp: accounts[account]?.facts.apps = []
            case .phoneNumber:
                let known = ids ?? (accounts[account]?.facts.numbers?.keys).map { Array($0) } ?? []
                for id in Set(known).subtracting(found.map(\.resource.id)) { accounts[account]?.facts.numbers?[id] = nil }
            default: break
            }
            for thing in found {
                accounts[account]?.facts.take(thing)
                if kind == .phoneNumber { accounts[account]?.facts.fit(thing.resource.id, nil, since: wallClock()) }
            }
        }
    }
}
