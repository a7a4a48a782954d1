import Announcing
import Changes
import Ledger
import Logging
import TestTools
import Watching
import WhatsAppBusiness

extension Run {
    func announce(_ life: Life) async {
        guard let ledger = life.ledger else { return }
        struct Down: Error {}
        let announcer = Announcer(
            name: "journal", ledger: ledger, log: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() },
            pause: { [stage] in try await stage.sleep($0) },
            take: { [unowned self] change, _, _ async throws in
                guard life.isAlive, !journalIsDown else { throw Down() }
                // An entry that stands for several stands for each of them.
                for sequence in (change.sequence - Int64(change.count) + 1)...change.sequence {
                    history.journal.append((sequence, life.number))
                }
            })
        do { try await announcer.run() } catch {}
    }

    /// A program that reads, now faster, now slower, and comes back after every end of the daemon with the cursor that it came to.
    func read(_ index: Int, _ life: Life) async {
        guard let ledger = life.ledger else { return }
        do {
            // Where a copy was put back, some come only when it has grown beyond the place that they had come to.
            if history.restores.last?.life == life.number, dice.chance(0.5) {
                try await stage.sleep(dice.time(.zero...(.seconds(900))))
            }
            var position: Int64
            var lost: Int64?
            if let cursor = history.readers[index].cursor, try await !ledger.canResume(cursor) { lost = cursor.sequence }
            if let cursor = history.readers[index].cursor, lost == nil {
                position = cursor.sequence
                history.readers[index].connections.append(.init(snapshot: nil, after: position, time: stage.now))
            } else {
                if lost == nil { try await stage.sleep(dice.time(.zero...scenario.busy)) }
                var walk = try await ResourceWalk(over: ledger, ResourceQuery())
                var snapshot: [StoredResource] = []
                while let page = try await walk.next() { snapshot += page }
                guard life.isAlive else { return }
                position = walk.cursor.sequence
                history.readers[index].connections.append(.init(snapshot: snapshot, after: position, time: stage.now, lost: lost))
                history.readers[index].cursor = walk.cursor
            }
            while !Task.isCancelled {
                let changes = try await ledger.changes(after: position, limit: 3)
                for change in changes where life.isAlive {
                    let isSlow = change.change.resource.kind == .alarm ? alarmDice.chance(0.05) : dice.chance(0.05)
                    if stage.now < busyUntil, isSlow { try await stage.sleep(dice.time(.seconds(1)...(.seconds(600)))) }
                    guard life.isAlive else { return }
                    let last = history.readers[index].connections.count - 1
                    history.readers[index].connections[last].changes.append(change)
                    position = change.sequence
                    history.readers[index].cursor = ledger.cursor(at: position)
                }
                if changes.isEmpty { await ledger.waitForChange(after: position) }
            }
        } catch {}
    }
}
