import Hosting
import JetStream
import StrictJSON
import WabaWatchClient
import WabaWatchInterface

// What other hosts have seen and published goes into the daemon's ledger before it asks Meta.

extension AccountRunner {
    func canResume(_ cursor: Cursor) async throws -> Bool {
        do {
            for try await _ in daemon.client.history(HistoryParameters(after: cursor, limit: 1)) { break }
            return true
        } catch let error as ClientError {
            if case .service(.historyLost) = error.code { return false }
            throw error
        }
    }

    /// Puts into the daemon's ledger what was kept of the account, and what was published since; returns where the ledger stands then, and what is kept
    /// already and still to be published.
    func adopt() async throws -> (Cursor, [AccountPoint.Next]) {
        try await daemon.release(account)
        var adopted: Cursor?
        var point = AccountPoint(sequence: 0, stream: 0, targets: [])
        if let kept = try await store.load() {
            point = kept.point
            // The things of a number that left are not in the list of numbers any more.
            let list = kept.targets.first { $0["kind"]?.string == "phone_number" }
            let numbers = list.map { Set($0["things"]?.array?.compactMap { $0["id"]?.string } ?? []) }
            for target in kept.targets {
                if let number = target["phoneNumberId"]?.string, numbers?.contains(number) == false { continue }
                adopted = try await daemon.adopt(account, "target", .object(target))
            }
            if let budget = kept.budget { _ = try await daemon.adopt(account, "budget", budget) }
            adopted = try await daemon.adopt(account, "standings", kept.standings)
        }
        (lastMessage, adopted) = try await replay(after: point, adopted)
        let cursor: Cursor
        if let adopted { cursor = adopted } else { cursor = try await daemon.client.getStatus().cursor }
        return (cursor, Array(point.left(of: machine.position.sequence)))
    }

    /// Applies what was published behind the point: everything up to the head, which a replica may be told of late.
    private func replay(after point: AccountPoint, _ adopted: Cursor?) async throws -> (UInt64, Cursor?) {
        var (adopted, last, sequence) = (adopted, point.stream, point.sequence)
        while sequence < machine.position.sequence {
            guard let message = try await stream.next(of: Buckets.subjects(of: account), from: last + 1, in: Buckets.stream) else {
                try await time.sleep(.milliseconds(100))
                continue
            }
            last = message.sequence
            guard let own = message.id?.split(separator: ".").last.flatMap({ UInt64($0) }), own > sequence else { continue }
            sequence = own
            if own <= point.sequence + UInt64(point.next.count) { continue }
            guard let change = try JSONValue(parsing: message.body, limits: .stored)["data"] else { continue }
            adopted = try await daemon.adopt(account, "change", change)
        }
        return (last, adopted)
    }
}
