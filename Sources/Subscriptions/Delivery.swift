import Continuations
package import Ledger
import StrictJSON
import Synchronization
package import Varlink
package import WabaWatchInterface

/// Brings committed changes to the subscribers: each has a place, and is given what comes behind it when its peer can be written to.
///
/// Nothing is queued for a reader. One that does not read holds up nobody, and finds what it missed when it comes back: in memory, or in the ledger,
/// which is read for one reader at a time, so that those behind take little from the others. Readers that have everything and wait for more are given a
/// commit without waking their tasks: a small one at once by the thread that committed, as far as that does not hold up the next, and everything else by
/// the thread that moves their bytes.
package final class Delivery: Sendable {
    /// A subscriber, by where it stands among the others.
    package typealias Reader = Int

    /// What a reader has come by.
    package enum Turn: Sendable {
        /// These are to be sent.
        case replies(Frames)
        /// A heartbeat is due, and everything up to that sequence was given.
        case heartbeat(Int64)
    }

    private let ledger: Ledger
    private let state: Mutex<DeliveryState>

    /// Follows a ledger.
    package init(ledger: Ledger, limits: RecentChanges.Limits = RecentChanges.Limits()) {
        self.ledger = ledger
        state = Mutex(DeliveryState(recent: RecentChanges(ledger: ledger.id, last: ledger.cursor.sequence, limits: limits)))
        observe {}
        // What came before there was a follower.
        committed([], last: ledger.cursor.sequence)
    }

    /// Has something called for every commit before it is delivered, for benchmarks.
    package func observe(_ observer: @escaping @Sendable () -> Void) {
        ledger.follow { [weak self] changes, last in
            observer()
            self?.committed(changes, last: last)
        }
    }

    /// How many readers there are.
    package var readers: Int { state.withLock(\.count) }
    /// What the changes that are kept take in memory, about.
    var keptBytes: Int { state.withLock(\.recent.byteCount) }

    /// Begins to read behind a place.
    package func enter(_ filter: Filter?, after position: Int64 = .max, outlet: ReplyOutlet?) -> Reader {
        state.withLock { state in
            state.enter(DeliveryState.Place(position: position, filter: state.filters.enter(filter), outlet: outlet))
        }
    }

    /// Reads on behind another place.
    func move(_ reader: Reader, to position: Int64) { state.withLock { $0.readers[reader]?.position = position } }

    /// The place that a reader stands at.
    func position(of reader: Reader) -> Int64 { state.withLock { $0.readers[reader]?.position ?? .max } }

    /// Ends reading.
    package func leave(_ reader: Reader) { state.withLock { $0.leave(reader) } }

    /// What comes next for a reader; waits until there is something.
    /// - Throws: `LedgerError` with `historyLost` where it is not kept any more, `CancellationError`.
    package func next(for reader: Reader) async throws -> Turn {
        var read: DeliveryState.Step?
        while true {
            try Task.checkCancellation()
            let step = read ?? state.withLock { $0.step(reader) }
            read = nil
            switch step {
            case .heartbeat(let position): return .heartbeat(position)
            case .replies(let frames): if !frames.isEmpty { return .replies(frames) }
            case .end: await wait(reader)
            case .absent(let position, let limit): read = try await self.read(after: position, limit: limit, for: reader)
            }
        }
    }

    /// What comes next for a reader that is behind, with one page polled through at the most; `nil` where there is nothing it would not wait for.
    func nextPage(for reader: Reader) async throws -> Turn? {
        var step: DeliveryState.Step? = state.withLock { $0.step(reader) }
        if case .absent(let position, let limit) = step { step = try await read(after: position, limit: limit, for: reader) }
        switch step {
        case .heartbeat(let position): return .heartbeat(position)
        case .replies(let frames): return .replies(frames)
        case .end: return nil
        case .absent, nil: return .replies(Frames())
        }
    }

    /// A heartbeat is due for a reader, which is woken if it waits for changes.
    func beat(_ reader: Reader) {
        state.withLock { state in
            state.readers[reader]?.isBeatDue = true
            return state.wake(reader)
        }?.fulfil()
    }
}

// MARK: Commits

extension Delivery {
    private func committed(_ changes: [RecordedChange], last: Int64) { carryOut(state.withLock { $0.committed(changes, last: last) }) }

    private func carryOut(_ round: DeliveryState.Round) {
        round.rest?.perform { self.carryOut(self.state.withLock { $0.giveRest() }) }
        if !round.gifts.isEmpty {
            var refused: [Reader] = []
            for gift in round.gifts where !gift.frames.isEmpty {
                for (reader, outlet) in gift.readers where !outlet.offer(gift.frames) { refused.append(reader) }
            }
            carryOut(state.withLock { $0.given(round.gifts, refusedBy: refused) })
        }
        for task in round.woken { task.fulfil() }
    }

    private func wait(_ reader: Reader) async {
        await withTaskCancellationHandler {
            let task = OneShot<Void>()
            guard state.withLock({ !Task.isCancelled && $0.wait(reader, task) }) else { return }
            await task.wait()
        } onCancel: {
            state.withLock { $0.wake(reader) }?.fulfil()
        }
    }
}

// MARK: The ledger

extension Delivery {
    /// Reads the ledger, and takes what comes next of that at once: where many are behind, others' pages may take its place before anybody asks again, and
    /// nobody would come on. Or waits until somebody else has read: it may be what is wanted here; `nil` then.
    private func read(after position: Int64, limit: Int, for reader: Reader) async throws -> DeliveryState.Step? {
        let isMine = state.withLock { state in
            defer { state.isReading = true }
            return !state.isReading
        }
        guard isMine else {
            await waitForReading(reader)
            return nil
        }
        let changes: Result<[RecordedChange], any Error>
        do { changes = .success(try await ledger.changes(after: position, limit: limit)) } catch { changes = .failure(error) }
        let (step, woken) = state.withLock { state in
            var step: DeliveryState.Step?
            if case .success(let changes) = changes {
                state.recent.read(changes)
                step = state.step(reader)
            }
            state.isReading = false
            return (step, state.readers.indices.compactMap { state.wakeBehind($0) })
        }
        for task in woken { task.fulfil() }
        _ = try changes.get()
        return step
    }

    private func waitForReading(_ reader: Reader) async {
        await withTaskCancellationHandler {
            let task = OneShot<Void>()
            let waits = state.withLock { state in
                guard state.isReading, !Task.isCancelled else { return false }
                state.readers[reader]?.behind = task
                return true
            }
            if waits { await task.wait() }
        } onCancel: {
            state.withLock { $0.wakeBehind(reader) }?.fulfil()
        }
    }
}
