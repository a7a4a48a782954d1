import Changes
import GraphAPI
import Ledger
import WhatsAppBusiness

// At what scope trouble is told: `Troubles` decides, the watches are moved by it.

extension Watcher {
    /// Sets up the watch over what all accounts share, as the process before this one left it.
    func beginConnection(_ persisted: PersistedWatches?) {
        let stored = persisted?.watches.first { $0.target == .connection }
        let watch = stored.flatMap { stored in
            Watch(
                over: .connection, document: stored.document, told: stored.told, since: stored.changedAt, lastSuccess: stored.confirmedAt)
        }
        watched[.connection] = WatchedTarget(.connection, watch ?? Watch(over: .connection, since: world.wallClock()), since: world.now())
        if let watch, watch.state.isTrouble {
            troubles = Troubles(connection: Troubles.Trouble(state: watch.state, reason: watch.reason ?? ""))
        }
        for name in accounts.keys { troubles.watch(name) }
    }

    /// How long trouble of an account waits at most until it is told, where nothing shows its scope.
    private func patience(_ account: String) -> Duration {
        let every = promised(PollTarget(account: account, kind: .phoneNumber)) ?? accounts[account]?.plan.intervals.values.min()
        return (every ?? .seconds(60)) * 2
    }

    /// A poll of a target failed: whose trouble that is.
    func cause(of state: Watch.State, _ failure: GraphFailure, at target: PollTarget) -> Troubles.Cause {
        troubles.failed(
            target, Troubles.Trouble(state: state, reason: failure.description), isReached: !failure.isUnreached, now: world.now(),
            patience: patience(target.account))
    }

    /// A target's watch was moved by a failure: if it is in trouble now, that is told at the scope that it has.
    func believeTrouble(of target: PollTarget) async {
        guard let account = accounts[target.account], let watch = watched[target]?.state.watch, watch.believesFailure else { return }
        let isItsOwn = if case .other = watch.teller { false } else { true }
        troubles.believed(target, isItsOwn ? Troubles.Trouble(state: watch.state, reason: watch.reason ?? "") : nil)
        await settleTroubles(of: target.account)
        // Whether the account works is seen at once by one of its core targets.
        guard troubles.isWaiting(target), let core = context(of: target, account).confirmer, !troubles.isFailing(core) else { return }
        call(core)
    }

    /// A target was polled completely.
    func noteSuccess(of target: PollTarget) {
        guard !isOvertaken(target) else { return }
        troubles.succeeded(target, now: world.now(), patience: patience(target.account))
        // Every success is one of the connection, and changes nothing of a watch that is current.
        guard let connection = watched[.connection], connection.state.watch.state == .current, !connection.state.isMoving else { return }
        _ = connection.state.move(.complete, at: world.wallClock())
    }

    /// Has told what is known by now of an account's troubles, and of all others' where their time has come.
    func settleTroubles(of account: String, now: Moment? = nil) async {
        let now = now ?? world.now()
        let steps = troubles.settle(account, now: now) { !schedule.waiting(account, now: now).isEmpty }
        await showWideTrouble(of: account)
        for step in steps {
            switch step {
            case .tell(let target, let reason):
                await move(target, .tells(reason: reason))
                await moveFollowers(of: target)
            case .join(let targets, let trouble, let wider):
                if wider.kind == .account { await showWideTrouble(of: wider.account) }
                await join(targets, trouble, wider)
            }
        }
        if let wake = troubles.wake, schedule.wake.map({ wake < $0 }) ?? true { world.alarm.set(self.wake) }
    }

    /// When something is to be done next.
    var wake: Moment? { [schedule.wake, troubles.wake].compactMap(\.self).min() }

    /// Has told what has waited long enough.
    func settleDueTroubles() async {
        guard let wake = troubles.wake, wake <= world.now(), let account = accounts.keys.min() else { return }
        await settleTroubles(of: account)
    }

    /// Has the watches over the connection and over an account say what is wrong with the whole, as it is by the time they are moved.
    private func showWideTrouble(of name: String) async {
        await showConnection()
        let target = PollTarget(account: name, kind: .account)
        guard accounts[name] != nil else { return }
        if let whole = troubles.whole(of: name) {
            guard beginWatch(over: target).state.watch.covering != whole else { return }
        } else if watched[target]?.state.watch.covering == nil {
            // What the process before this one left it in, no poll of its own ends where none is made.
            guard let state = watched[target]?.state.watch.state, state.isTrouble, state != .unauthorized,
                schedule.interval(of: target) == nil, troubles.hasWorked(name)
            else { return }
            return await move(target, .complete)
        }
        await move(target) {
            if let whole = troubles.whole(of: name) { return .covers(whole.state, reason: whole.reason) }
            return .uncovers(isPolled: schedule.interval(of: target) != nil)
        }
    }

    private func showConnection() async {
        guard let watch = watched[.connection]?.state.watch else { return }
        if troubles.connection != nil ? watch.state == .unreachable : watch.state == .current || !troubles.hasWorked { return }
        await move(.connection) {
            guard let trouble = troubles.connection else { return .complete }
            return .failed(trouble.state, reason: trouble.reason, isCertain: true)
        }
    }
}

extension GraphFailure {
    /// Whether no answer of any sort came.
    var isUnreached: Bool { if case .unreachable = code { true } else { false } }
}
