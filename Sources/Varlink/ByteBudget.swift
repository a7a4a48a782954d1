import Synchronization

/// How many bytes all connections hold together.
final class ByteBudget: Sendable {
    private let held = Atomic(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Counts bytes in. `false` when there are more than allowed; they are counted nevertheless.
    func take(_ bytes: Int) -> Bool { held.add(bytes, ordering: .relaxed).newValue <= limit }

    /// Counts bytes out.
    func give(_ bytes: Int) { held.subtract(bytes, ordering: .relaxed) }
}
