package import Changes
package import Ledger
package import WabaWatchInterface
import Watching

/// How every watch and every budget stands, in the order in which it is told, and the parts of it that fit into a message with much room.
package struct StatusReport: Sendable {
    /// By account, kind and number.
    let watches: [WatchReport]
    /// By account.
    let budgets: [BudgetReport]

    /// What a caller who is told one part after the other stands behind. It holds in a later report as well: there it goes on behind the same watch or
    /// budget, so that nothing is told twice, and nothing left out that is in both.
    package enum Place: Sendable, Equatable {
        case watch(PollTarget?)
        case budget(account: String?)

        package static let beginning = Place.watch(nil)
    }

    /// What one message holds, and the place behind it; no place where nothing is left.
    package struct Part: Sendable, Equatable {
        package var watches: [WatchStatus] = []
        package var budgets: [WabaWatchInterface.Budget] = []
        /// Of the accounts of these budgets.
        package var tokens: [TokenStatus] = []
        package var next: Place?
    }

    /// How much of it one message may hold.
    package struct Room {
        var records: Int
        var bytes: Int

        /// So many watches and budgets, and so many bytes.
        package init(records: Int = 1_000, bytes: Int = 1 << 20) { (self.records, self.bytes) = (records, bytes) }

        /// Takes a record if it fits; the first one always does.
        fileprivate mutating func takes(_ records: (any Sized)?..., isFirst: Bool) -> Bool {
            let size = records.lazy.compactMap { $0?.largestSize }.reduce(0, +)
            guard isFirst || (self.records > 0 && bytes >= size) else { return false }
            self.records -= 1
            bytes -= size
            return true
        }
    }

    /// How things stand now.
    package init(of watcher: some WatchReporting) async {
        let report = await watcher.report()
        self.init(watches: report.watches, budgets: report.budgets)
    }

    /// A report, each part of it in its order.
    init(watches: [WatchReport], budgets: [BudgetReport]) {
        self.watches = watches
        self.budgets = budgets
    }

    /// The same with those watches alone that somebody wants to hear of.
    func narrowed(_ isWanted: (WatchReport) -> Bool) -> Self { Self(watches: watches.filter(isWanted), budgets: budgets) }

    /// The part behind a place.
    func part(after place: Place, trouble: LedgerError?, atMost room: Room = Room()) -> Part {
        var (part, room) = (Part(), room)
        var account: String?
        switch place {
        case .budget(let behind): account = behind
        case .watch(let behind):
            for report in watches[watches.start { Self.isBehind(behind, $0.target) }...] {
                let watch = WatchStatus(report, trouble: trouble)
                guard room.takes(watch, isFirst: part.watches.isEmpty) else { return part }
                part.watches.append(watch)
                part.next = .watch(report.target)
            }
            part.next = budgets.isEmpty ? nil : .budget(account: nil)
        }
        for report in budgets[budgets.start { report in account.map { report.account > $0 } ?? true }...] {
            let (budget, token) = (WabaWatchInterface.Budget(report), TokenStatus(report))
            guard room.takes(budget, token, isFirst: part.watches.isEmpty && part.budgets.isEmpty) else { return part }
            part.budgets.append(budget)
            if let token { part.tokens.append(token) }
            part.next = .budget(account: report.account)
        }
        part.next = nil
        return part
    }

    private static func isBehind(_ place: PollTarget?, _ target: PollTarget) -> Bool {
        guard let place else { return true }
        return (place.account, place.kind, place.phoneNumberID ?? "") < (target.account, target.kind, target.phoneNumberID ?? "")
    }

    /// All of it as one part, where so many bytes hold that; `nil` otherwise. Lets others go on now and then, for it may take long.
    package func whole(trouble: LedgerError?, within bytes: Int) async throws -> Part? {
        // No watch takes less: what cannot fit need not be polled.
        guard watches.count <= bytes / WatchStatus.smallestSize else { return nil }
        var (whole, most, written) = (Part(), 0, 0)
        var place: Place? = .beginning
        while let here = place {
            let part = part(after: here, trouble: trouble)
            most += part.watches.reduce(0) { $0 + $1.largestSize } + part.budgets.reduce(0) { $0 + $1.largestSize }
            most += part.tokens.reduce(0) { $0 + $1.largestSize }
            whole.watches += part.watches
            whole.budgets += part.budgets
            whole.tokens += part.tokens
            place = part.next
        }
        guard most > bytes else { return whole }
        // What it takes at the most is too much; what it does take may not be.
        for start in stride(from: 0, to: whole.watches.count, by: 1_000) {
            written += whole.watches[start..<min(start + 1_000, whole.watches.count)].reduce(0) { $0 + $1.size }
            guard written <= bytes else { return nil }
            try Task.checkCancellation()
            await Task.yield()
        }
        written += whole.budgets.reduce(0) { $0 + $1.size } + whole.tokens.reduce(0) { $0 + $1.size }
        return written <= bytes ? whole : nil
    }
}

extension Array {
    /// The index of the first element behind a place, or the end. The elements behind it follow those before it.
    fileprivate func start(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
