import Synchronization

/// Rows that are as they were written and that this release cannot read: each is left out by itself, and told of once.
final class UnreadableRows: Sendable {
    private let known = Mutex<Set<String>>([])
    private let continuation: AsyncStream<String>.Continuation
    /// What each of them is, the first time that it is met. For one reader.
    let found: AsyncStream<String>

    /// So many are told of.
    static let most = 1000

    init() { (found, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.most)) }

    /// One was met.
    func note(_ what: @autoclosure () -> String) {
        let what = what()
        let isNew = known.withLock { $0.count < Self.most && $0.insert(what).inserted }
        if isNew { continuation.yield(what) }
    }
}
