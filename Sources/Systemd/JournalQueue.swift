internal import Dispatch
internal import Synchronization

/// Entries on their way to journald, sent from a thread of their own in the order in which they came: who says something never waits for journald.
///
/// While journald does not read, so many wait here; what comes on top is dropped, and how much that was is said as soon as journald reads again.
public final class JournalQueue: Sendable {
    /// No more entries wait.
    public static let most = 1_024

    private struct State {
        var waiting = 0
        var dropped = 0
    }

    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "wabawatch.log")
    private let send: @Sendable (JournalEntry) throws -> Void

    /// A queue.
    /// - Parameter send: hands one entry over and may block.
    public init(send: @escaping @Sendable (JournalEntry) throws -> Void = { try Journal().send($0, timeout: nil) }) { self.send = send }

    /// Takes an entry, or drops it where too many wait.
    public func add(_ entry: JournalEntry) {
        let fits = state.withLock { state in
            guard state.waiting < Self.most else {
                state.dropped += 1
                return false
            }
            state.waiting += 1
            return true
        }
        if fits { thread.async { self.deliver(entry) } }
    }

    /// Waits until what has been added is handed over, at most so long: for the end of a process.
    public func flush(within timeout: Duration = .seconds(1)) {
        let done = DispatchSemaphore(value: 0)
        thread.async { done.signal() }
        _ = done.wait(timeout: .now() + .microseconds(Int(timeout.wholeMicroseconds)))
    }

    private func deliver(_ entry: JournalEntry) {
        handOver(entry)
        let dropped = state.withLock { state in
            state.waiting -= 1
            defer { state.dropped = 0 }
            return state.dropped
        }
        guard dropped > 0 else { return }
        var notice = JournalEntry(message: "log lines were dropped while the journal did not read (lines: \(dropped))", priority: .warning)
        if let identifier = entry.first(.identifier) { notice.append(.identifier, bytes: identifier) }
        handOver(notice)
    }

    private func handOver(_ entry: JournalEntry) {
        do { try send(entry) } catch {
            // Where there is no journal, standard error is what is left.
            let priority = entry.first(.priority).flatMap { Int(String(decoding: $0, as: UTF8.self)) }.flatMap(
                JournalPriority.init(rawValue:))
            let message = String(decoding: entry.first(.message) ?? [], as: UTF8.self)
            try? StandardErrorLines(prefixes: true).write(message, priority: priority ?? .notice)
        }
    }
}

extension JournalEntry {
    /// The first value of a field.
    func first(_ field: JournalField) -> [UInt8]? { fields.first { $0.name == field.name }?.value }
}
