import Ledger
import StrictJSON
import Synchronization
import Varlink
import WabaWatchInterface

/// Brings committed changes to the subscribers: each waits here for what comes behind its place, and takes it when its peer can be written to.
///
/// Nothing is queued for a reader. One that does not read holds up nobody, and finds what it missed when it comes back: in memory, or in the ledger,
/// which is read for one reader at a time, so that those behind take little from the others.
final class Delivery: Sendable {
    /// A subscriber, by its number.
    struct Reader: Sendable {
        fileprivate let number: Int
        fileprivate let filter: String
    }

    /// What a reader has come by.
    enum Turn: Sendable {
        /// These, perhaps none; it stands behind that sequence then.
        case replies(Frames, through: Int64)
        /// A heartbeat is due.
        case heartbeat
    }

    private struct State {
        var recent: RecentChanges
        var filters: [String: ReaderFilter] = [:]
        var readers = 0
        var numbers = 0
        /// Readers that have everything there is.
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        /// Readers that a heartbeat is due for.
        var due: Set<Int> = []
        /// Whether the ledger is being read, and who waits for that.
        var isReading = false
        var behind: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let ledger: Ledger
    private let state: Mutex<State>

    /// Follows a ledger.
    init(ledger: Ledger, limits: RecentChanges.Limits = RecentChanges.Limits()) {
        self.ledger = ledger
        state = Mutex(State(recent: RecentChanges(ledger: ledger.id, last: ledger.cursor.sequence, limits: limits)))
        ledger.follow { [weak self] changes, last in self?.committed(changes, last: last) }
        // What came before there was a follower.
        committed([], last: ledger.cursor.sequence)
    }

    /// How many readers there are.
    var readers: Int { state.withLock(\.readers) }

    /// Begins to read.
    func enter(_ filter: Filter?) -> Reader {
        let key = filter.map { JSONValue.object($0.json).description } ?? ""
        return state.withLock { state in
            state.numbers += 1
            state.readers += 1
            var shared = state.filters[key] ?? ReaderFilter(number: state.numbers, filter: filter)
            shared.readers += 1
            state.filters[key] = shared
            return Reader(number: state.numbers, filter: key)
        }
    }

    /// Ends reading.
    func leave(_ reader: Reader) {
        state.withLock { state in
            state.readers -= 1
            state.due.remove(reader.number)
            state.filters[reader.filter]?.readers -= 1
            if state.filters[reader.filter]?.readers == 0 { state.filters[reader.filter] = nil }
            if state.readers == 0 { state.recent.forget() }
        }
    }

    /// What comes behind that place; waits until there is something.
    /// - Throws: `LedgerError` with `historyLost` where it is not kept any more, `CancellationError`.
    func next(after position: Int64, for reader: Reader) async throws -> Turn {
        while true {
            try Task.checkCancellation()
            let step: RecentChanges.Step? = state.withLock { state in
                if state.due.remove(reader.number) != nil { return nil }
                guard let filter = state.filters[reader.filter] else { return .end }
                return state.recent.next(after: position, filter)
            }
            switch step {
            case .none: return .heartbeat
            case .replies(let frames, let through): return .replies(frames, through: through)
            case .end: await wait(reader, after: position)
            case .absent(let limit): try await read(after: position, limit: limit, for: reader)
            }
        }
    }

    /// A heartbeat is due for a reader, which is woken if it waits for changes.
    func beat(_ reader: Reader) {
        state.withLock { state in
            state.due.insert(reader.number)
            return state.waiting.removeValue(forKey: reader.number)
        }?.resume()
    }

    private func committed(_ changes: [RecordedChange], last: Int64) {
        let woken = state.withLock { state in
            state.recent.committed(state.readers > 0 ? changes : [], last: last)
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in woken { continuation.resume() }
    }

    private func wait(_ reader: Reader, after position: Int64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.recent.last <= position, !state.due.contains(reader.number), !Task.isCancelled else { return false }
                    state.waiting[reader.number] = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: reader.number) }?.resume()
        }
    }

    /// Reads the ledger, or waits until somebody else has: what they read may be what is wanted here.
    private func read(after position: Int64, limit: Int, for reader: Reader) async throws {
        let isMine = state.withLock { state in
            defer { state.isReading = true }
            return !state.isReading
        }
        guard isMine else { return await waitForReading(reader) }
        let changes: Result<[RecordedChange], any Error>
        do { changes = .success(try await ledger.changes(after: position, limit: limit)) } catch { changes = .failure(error) }
        let woken = state.withLock { state in
            if case .success(let changes) = changes { state.recent.read(changes) }
            state.isReading = false
            defer { state.behind = [:] }
            return state.behind.values
        }
        for continuation in woken { continuation.resume() }
        _ = try changes.get()
    }

    private func waitForReading(_ reader: Reader) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.isReading, !Task.isCancelled else { return false }
                    state.behind[reader.number] = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.behind.removeValue(forKey: reader.number) }?.resume()
        }
    }
}
