import Changes
import Ledger
import Watching
import WhatsAppBusiness

// A first page decides only where there is evidence that the newest come first, and never for longer than `full_sweep`.
extension Checker {
    mutating func checkFirstPages() {
        for account in history.scenario.accounts where !account.isTight {
            for target in walks.keys.sorted(by: { "\($0)" < "\($1)" }) where target.account == account.name && target.kind == .blockedUser {
                checkEvidence(target)
                checkFirstPagesAreTold(target)
                checkFirstPagesGoOn(target)
                checkSweeps(target, account)
            }
        }
    }

    /// Walks that ended with their first page, and the watcher went on: not those that a trouble or another life ended.
    private func decided(_ target: PollTarget) -> [(place: Int, walk: Walk)] {
        let list = walks[target] ?? []
        return list.indices.dropLast().compactMap { place in
            let (walk, next) = (history.walks[list[place]], history.walks[list[place + 1]])
            guard walk.isFirstPage, next.life == walk.life, let delivered = walk.delivered, next.span.start - delivered > atOnce,
                // No call can be written down on a full disk, and none is made then.
                !history.fullDisk.contains(where: { $0.start <= delivered + slack && delivered <= $0.end })
            else { return nil }
            return (place, walk)
        }
    }

    /// Two whole walks of the same life showed somebody new in front, while others were known.
    private mutating func checkEvidence(_ target: PollTarget) {
        for (place, walk) in decided(target) {
            let evidence = evidence(target, before: place, of: walk.life)
            if evidence < 2 {
                return complain(
                    "the order is proven", walk.span.start,
                    "\(target) was decided by its first page after \(evidence) looks that speak for it")
            }
        }
    }

    /// How many whole walks of a life before a place showed somebody new in front, while others were known.
    private func evidence(_ target: PollTarget, before place: Int, of life: Int) -> Int {
        let whole = (walks[target] ?? [])[..<place].map { history.walks[$0] }.filter { $0.life == life && $0.isComplete && $0.isExact }
        var earlier: Set<String> = whole.first?.served ?? []
        var evidence = 0
        for look in whole.dropFirst() {
            if let first = look.pages.first?.first, !earlier.contains(first), !look.served.isDisjoint(with: earlier) { evidence += 1 }
            earlier = look.served
        }
        return evidence
    }

    /// Says of polls that ended after their first page for want of calls that they did: nothing had shown that a first page decides, and nothing was told of it.
    mutating func markGivenUp() {
        for account in history.scenario.accounts {
            for (target, list) in walks where target.account == account.name && target.kind == .blockedUser {
                for (place, index) in list.enumerated() where history.walks[index].isFirstPage {
                    let walk = history.walks[index]
                    let end = list[(place + 1)...].first.map { history.walks[$0].span.start } ?? history.end
                    let isGivenUp = evidence(target, before: place, of: walk.life) < 2 && !isTold(target, walk.span.end, before: end)
                    history.walks[index].isGivenUp = isGivenUp
                    history.walks[index].mayBeGivenUp = isGivenUp || waitedForCalls(target, account, walk.span.start, end)
                }
            }
        }
    }

    /// What a page that decides shows is told.
    private mutating func checkFirstPagesAreTold(_ target: PollTarget) {
        let list = walks[target] ?? []
        for (place, walk) in decided(target) {
            guard let delivered = walk.delivered, history.truth.isConstant(target, walk.span) else { continue }
            let moment = min(delivered + slack, history.walks[list[place + 1]].span.start)
            guard history.lives.indices.contains(walk.life - 1), moment < history.lives[walk.life - 1].end, history.restores.isEmpty,
                !history.fullDisk.contains(where: { walk.span.start <= $0.end + slack && $0.start <= moment })
            else { continue }
            let known = known(of: target, at: moment)
            for id in walk.served.subtracting(known).sorted() {
                complain("each state is reported", moment, "\(id) of \(target) stood on a first page that decided, and was not told")
            }
        }
    }

    /// A page that decides has those who are new in front, and behind them who stood on the page before, in that order and without a gap.
    private mutating func checkFirstPagesGoOn(_ target: PollTarget) {
        guard history.fullDisk.isEmpty else { return }
        let list = walks[target] ?? []
        for (place, walk) in decided(target) {
            let before = list[..<place].map { history.walks[$0] }.last {
                $0.life == walk.life && ($0.isFirstPage || $0.isComplete && $0.isExact)
            }
            guard let last = before?.pages.first, let page = walk.pages.first else { continue }
            if !last.starts(with: page.drop { !last.contains($0) }) {
                return complain("first pages", walk.span.start, "\(page) decided for \(target) after \(last)")
            }
        }
    }

    /// What had been told of a list by a moment.
    private func known(of target: PollTarget, at moment: Moment) -> Set<String> {
        var known: Set<String> = []
        for transaction in history.transactions where transaction.time <= moment && !transaction.isLost {
            for change in transaction.changes.map(\.change) where PollTarget(of: change.resource) == target {
                let id = WireForm.id(change.resource.id, target.kind)
                switch change.operation {
                case .added: known.insert(id)
                case .removed: known.remove(id)
                case .baseline:
                    let stored = transaction.stored.filter { PollTarget(of: $0.resource) == target }
                    known.formUnion(stored.map { WireForm.id($0.resource.id, target.kind) })
                default: break
                }
            }
        }
        return known
    }

    /// Everything is read within `full_sweep`, while nothing hinders it.
    private mutating func checkSweeps(_ target: PollTarget, _ account: Scenario.Account) {
        guard let interval = account.intervals[target.kind], !decided(target).isEmpty else { return }
        let growth = history.scenario.reloadsPerHour > 0 ? 3.0 : 1.0
        let limit = max(history.scenario.fullSweep, interval * (growth * (1 + account.splay)) + .seconds(900)) + slack + .seconds(60)
        // What rides is whole as well.
        let moments = (walks[target] ?? []).map { history.walks[$0] }.filter(\.isComplete).compactMap(\.delivered)
        let whole = (moments + (rode[target] ?? []).compactMap(\.delivered)).sorted()
        for clear in clear(target) {
            guard let first = whole.first, first < clear.start else { continue }
            let moments = [clear.start] + whole.filter { clear.start < $0 && $0 < clear.end } + [clear.end]
            if let gap = zip(moments, moments.dropFirst()).first(where: { $1 - $0 > limit }) {
                complain("everything is swept", gap.1, "\(target) was not read whole since \(Stage.seconds(gap.0))")
            }
        }
    }
}
