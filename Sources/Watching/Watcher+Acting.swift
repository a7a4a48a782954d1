public import Changes
import Continuations
public import GraphAPI
public import Ledger
import WhatsAppBusiness

/// What came of a request that changes something at Meta.
public enum WriteEnd: Sendable {
    case replied(WriteReply)
    /// There is no request to be had for so long; none was made.
    case budgetExhausted(Duration)
    /// The account's token is refused; no request was made.
    case tokenRefused
    /// It could not be written down, and was not made.
    case unwritten(LedgerError)
    /// The account is watched no longer.
    case notWatched
}

/// An action under way, for whoever looks at what it changed.
public struct ActionTicket: Sendable {
    let number: Int
    let causes: [ActionCause]
}

extension Watcher {
    /// Meta's id of an account; `nil` where none of that name is watched.
    public func wabaID(of account: String) -> String? { accounts[account]?.plan.wabaID }

    /// Returns when the numbers, watches and budgets that the ledger knows have been taken up, which is a moment after the start. Before that nothing is known
    /// of any number, and no look after an action is possible.
    public func untilBegun() async { await beginning.wait(for: .begun, whenCancelled: ()) }

    /// Whether a number is one of an account's.
    public func hasNumber(_ number: String, account: String) -> Bool { accounts[account]?.numbers.contains(number) ?? false }

    /// The app that an account's token belongs to; `nil` where Meta does not say.
    public func applicationID(of account: String) async -> String? { await accounts[account]?.gate.applicationID() }

    /// An action begins: whatever poll sees what it may change knows whose doing it is.
    public func begin(_ causes: [ActionCause]) -> ActionTicket { ActionTicket(number: actions.begin(causes), causes: causes) }

    /// Makes a request that changes something, once, ahead of every poll.
    /// - Parameter sends: whether it is a message, which is counted apart.
    public func write(_ request: GraphRequest, of name: String, sends: Bool) async -> WriteEnd {
        guard let account = accounts[name] else { return .notWatched }
        switch await account.gate.write(request, sends: sends) {
        case .replied(let reply): return .replied(reply)
        case .unaffordable(let until): return .budgetExhausted(max(until - world.now(), .zero))
        case .tokenRefused: return .tokenRefused
        case .unwritten(let error): return .unwritten(error)
        }
    }

    /// How long what an action changed may be seen after it, where a look has shown nothing of it, and where none was possible.
    private static let lingering = Duration.seconds(60)
    private static let unseen = Duration.seconds(900)
    /// A thing that is gone is removed when two polls lack it.
    private static let mostLooks = 3

    /// An action has ended that changed nothing.
    public func end(_ ticket: ActionTicket) { actions.end(ticket.number, until: world.now()) }

    /// Polls what an action may have changed, whole, and returns how many changes were recorded.
    /// - Throws: why it could not be seen. The next poll that sees it knows of the action all the same.
    public func look(after ticket: ActionTicket) async throws(PollError) -> Int {
        var targets: [PollTarget] = []
        for cause in ticket.causes {
            let target = cause.target
            let host = PollTarget(
                account: target.account, kind: target.kind.row.ridesOn?.kind ?? target.kind, phoneNumberID: target.phoneNumberID)
            if schedule.interval(of: host) != nil, !targets.contains(host) { targets.append(host) }
        }
        guard let first = targets.first else {
            actions.end(ticket.number, until: world.now())
            return 0
        }
        let removes = ticket.causes.contains { $0.operations.contains(.removed) }
        var changes = 0
        do throws(PollError) {
            for turn in 1...Self.mostLooks {
                for target in targets { watched[target]?.state.isActedOn() }
                changes += try await poll(targets, or: .noSuchResource(first.kind, id: first.phoneNumberID ?? ""))
                guard removes, turn < Self.mostLooks, targets.contains(where: { watched[$0]?.state.isIncomplete ?? false }) else { break }
            }
        } catch {
            actions.end(ticket.number, until: world.now() + Self.unseen)
            throw error
        }
        actions.end(ticket.number, until: world.now() + (changes > 0 ? .zero : Self.lingering))
        return changes
    }
}
