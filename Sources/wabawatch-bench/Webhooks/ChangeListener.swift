import Foundation
import StrictJSON
import Synchronization

/// A subscriber of the daemon's, which notes when it was told what was reported, and what a poll found.
final class ChangeListener: Sendable {
    private struct State {
        var reported: [Int: Double] = [:]
        var reportedTwice = 0
        /// Of each account: what was changed there and not found yet, in the order of the changes.
        var awaited: [String: [(number: Int, at: Double)]] = [:]
        var confirmed: [Int: Double] = [:]
        var isGone = false
    }

    private let state = Mutex(State())

    /// Subscribes, and listens in a thread of its own until the daemon ends.
    init(_ socket: String) throws {
        guard let connection = Connection(path: socket) else { throw Failure("the daemon does not listen") }
        try connection.call("Subscribe", more: true)
        // The first reply says that nothing is missed from here on.
        guard try connection.reply().contains(#""ready":true"#) else { throw Failure("the daemon does not take a subscriber") }
        let listening = Box(connection)
        Thread.detachNewThread { [weak self] in
            while let reply = try? listening.value.reply() { self?.hear(reply, Machine.now) }
            self?.state.withLock { $0.isGone = true }
        }
    }

    /// A connection that one thread alone uses from here on.
    private struct Box: @unchecked Sendable {
        let value: Connection
        init(_ value: Connection) { self.value = value }
    }

    /// Something is changed at Meta now, with a webhook of that number or without one.
    func expect(_ number: Int, of account: String) {
        state.withLock { $0.awaited[account, default: []].append((number, Machine.now)) }
    }

    /// When each report was told, by its number.
    var reported: [Int: Double] { state.withLock(\.reported) }
    /// Reports that were told again.
    var reportedTwice: Int { state.withLock(\.reportedTwice) }
    /// How long after each change a poll's change that shows it, or a later one in its place, was told.
    var confirmed: [Int: Double] { state.withLock(\.confirmed) }
    /// Changes that no poll has shown yet.
    var unconfirmed: Int { state.withLock { $0.awaited.values.reduce(0) { $0 + $1.count } } }
    var isGone: Bool { state.withLock(\.isGone) }

    private func hear(_ reply: String, _ now: Double) {
        guard let change = (try? JSONValue(parsing: reply))?["parameters"]?["change"], change["kind"] == "account" else { return }
        let after = change["after"]
        if change["operation"] == "reported" {
            guard let number = SignedWebhook.number(of: after?["value"]?["decision"]?.string) else { return }
            return state.withLock { if $0.reported.updateValue(now, forKey: number) != nil { $0.reportedTwice += 1 } }
        }
        guard let number = SignedWebhook.number(of: after?["account_review_status"]?.string), let account = change["id"]?.string else {
            return
        }
        state.withLock { state in
            let awaited = state.awaited[account] ?? []
            // The one before was never seen by a poll: this one stands for it.
            for found in awaited.prefix(while: { $0.number <= number }) { state.confirmed[found.number] = now - found.at }
            state.awaited[account] = Array(awaited.drop { $0.number <= number })
        }
    }
}
