internal import Synchronization

/// The bytes of all bodies that are here at one time.
final class BodyBudget: Sendable {
    private let limit: Int
    private let used = Mutex(0)

    init(_ limit: Int) { self.limit = limit }

    /// Bytes that are here now.
    var bytes: Int { used.withLock { $0 } }

    /// Takes room; `false` if there is not so much.
    func take(_ count: Int) -> Bool {
        used.withLock { used in
            guard count <= limit - used else { return false }
            used += count
            return true
        }
    }

    /// Gives room back.
    func give(_ count: Int) {
        used.withLock { used in
            used -= count
            precondition(used >= 0, "no more room is given back than was taken")
        }
    }
}
