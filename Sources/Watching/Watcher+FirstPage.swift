import Changes
import WhatsAppBusiness

// Lists that their first page decides, where they come newest first.

extension Watcher {
    /// What the first page of a target's list showed the last time, where it may decide the next poll alone: not while anything is open, odd or in trouble.
    func knownFirstPage(of target: PollTarget, _ state: TargetState, every: Duration) -> NewestFirst.FirstPage? {
        guard let order = state.order, state.rotation?.mode == .cursor, state.isConfirmable, state.watch.state != .drifted,
            state.oddities == nil, state.marks.doubt == nil
        else { return nil }
        return order.turn(now: world.now(), every: every, fullSweep: list(target).fullSweep)
    }

    /// Takes in what a recorded poll of a list showed.
    func note(_ found: Sweep.Found, _ coverage: WindowRotation.Coverage, added: Set<String>, of polled: WatchedTarget, _ now: Moment) {
        // What came inside another answer has no first page.
        guard polled.target.kind.row.keepsOnlyKeys, polled.state.rotation?.mode == .cursor, let first = found.first else { return }
        switch coverage {
        case .windows: return
        case .firstPage: polled.state.order?.on(first)
        case .whole where found.strays > 0: polled.state.order?.startOver(isReload: false)
        case .whole where found.pages <= 1: if polled.state.order?.standing != .refused { polled.state.order = nil }
        case .whole:
            var order = polled.state.order ?? NewestFirst()
            let shown = NewestFirst.Shown(keys: found.keys.first?.keys ?? IDSet(), first: first, pages: found.pages)
            let splay = accounts[polled.target.account]?.plan.splay ?? 0
            order.on(shown, added: added, now: now, lead: order.standing == .refused ? 0 : splay * world.random())
            polled.state.order = order
        }
    }

    /// The requests of a poll that the account's plan counts with: those that it took, or those of a usual turn where its first page decides most.
    func usualRequests(_ sweep: Sweep, _ polled: WatchedTarget) -> Int {
        let target = polled.target
        guard let every = accounts[target.account]?.plan.intervals[target.kind],
            let usual = polled.state.order?.requests(every: every, fullSweep: list(target).fullSweep)
        else { return sweep.answers }
        return usual
    }

    private func list(_ target: PollTarget) -> ListPlan { accounts[target.account]?.plan.lists[target.kind] ?? ListPlan() }
}
