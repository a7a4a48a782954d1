import Ledger
import Logging
import Synchronization
import Testing

@testable import Announcing

/// What was announced.
final class Told: Sendable {
    struct Entry: Sendable, Equatable {
        var sequence: Int64
        var count: Int
        var text: String
    }

    private let entries = Mutex<[Entry]>([])
    var all: [Entry] { entries.withLock { $0 } }

    var take: Announcer.Take {
        { [self] announcement, cursor, _ in
            entries.withLock { $0.append(Entry(sequence: cursor.sequence, count: announcement.count, text: announcement.summary)) }
        }
    }

    /// The journal's announcer, which hands what it tells to something else.
    static func announcer(_ ledger: Ledger, _ take: @escaping Announcer.Take) -> Announcer {
        Announcer(
            name: "journal", ledger: ledger, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            pause: { _ in await Task.yield() },
            take: take)
    }

    /// Announces everything that there is.
    static func announce(_ ledger: Ledger, _ take: @escaping Announcer.Take) async throws {
        let refusal = try await announcer(ledger, take).drain()
        #expect(refusal == nil)
    }
}
