import Continuations
import Foundation
import Synchronization

/// Work at a steady rate, whatever the work before took: each piece has its time, and one that begins late has been late for whoever waits for it.
///
/// A fixed number of threads share the pieces, so that as many can be under way at one time.
final class SteadyLoad: Sendable {
    private let next = Atomic(0)
    private let count: Int
    private let interval: Double
    private let failure = Mutex<(any Error)?>(nil)

    /// So many pieces, so many a second.
    init(count: Int, perSecond: Double) {
        self.count = count
        interval = 1 / perSecond
    }

    /// Does all pieces, each by one of the workers; returns when the last is done.
    /// - Parameter workers: what each thread does with a piece: its number, and when it was to begin.
    func run(_ workers: [@Sendable (Int, Double) throws -> Void]) async throws {
        let start = Machine.now
        await withTaskGroup(of: Void.self) { group in
            for worker in workers {
                let done = OneShot<Void>()
                Thread.detachNewThread {
                    self.work(from: start, worker)
                    done.fulfil(())
                }
                group.addTask { await done.value(whenCancelled: ()) }
            }
        }
        if let failure = failure.withLock(\.self) { throw failure }
    }

    private func work(from start: Double, _ worker: (Int, Double) throws -> Void) {
        while failure.withLock({ $0 == nil }) {
            let number = next.add(1, ordering: .relaxed).oldValue
            guard number < count else { return }
            let due = start + Double(number) * interval
            let rest = due - Machine.now
            if rest > 0 { usleep(UInt32(rest * 1e6)) }
            do { try worker(number, due) } catch { failure.withLock { $0 = $0 ?? error } }
        }
    }
}
