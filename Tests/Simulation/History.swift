import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

/// Everything that happened in a run, as far as promises are about it. The checker reads nothing else, so that what it would say of another history can be tried.
struct History {
    /// One transaction that wrote changes.
    struct Transaction {
        var time: Moment
        var life: Int
        var changes: [RecordedChange]
        /// What was stored right after it: of the units whose baseline it holds, or of all.
        var stored: [StoredResource]
        var isWhole: Bool
        /// Whether a copy that was made before it was put back.
        var isLost = false
    }

    struct Span {
        var begin: Moment
        var end: Moment
        /// Whether it ended by a kill.
        var killed: Bool
    }

    /// What one reader was given, connection by connection.
    struct Reader {
        var name: String
        /// Where each connection began: a snapshot, or a cursor.
        var connections: [Connection] = []
        struct Connection {
            var snapshot: [StoredResource]?
            var after: Int64
            var changes: [RecordedChange] = []
            /// When it began.
            var time: Moment
            /// The cursor that was not taken any more, and when the reader had come to it.
            var lost: Int64?
        }
        /// The cursor that it has come to.
        var cursor: LedgerCursor?
    }

    /// A copy of the ledger was made, and put back later, when the process had been killed.
    struct Restore {
        var copied: Moment
        var restored: Moment
        /// The last change that the copy holds.
        var sequence: Int64
        /// The first life over it.
        var life: Int
    }

    var scenario: Scenario
    var truth: Truth
    var walks: [Walk] = []
    /// When the token was refused to a request that belongs to none.
    var refusals: [(account: String, time: Moment, life: Int)] = []
    /// What rode with another's answer, whole and as it was.
    var rode: [Meta.Rode] = []
    /// When what rode of an account's kind was old.
    var stale: [(account: String, kind: Kind, span: TimeSpan)] = []
    var transactions: [Transaction] = []
    var lives: [Span] = []
    /// When the disk was full.
    var fullDisk: [(start: Moment, end: Moment)] = []
    /// Why the watcher ended by itself.
    var failures: [(time: Moment, why: String)] = []
    /// When requests were sent, by account.
    var calls: [String: [(time: Moment, life: Int)]] = [:]
    /// When the wall clock jumped.
    var clockJumps: [Moment] = []
    /// Calls that answers counted as beyond the one of their request, by account.
    var charged: [String: [Moment]] = [:]
    /// When answers were back, be they pages of a walk that goes on, by account, and whether they were that it is throttled; without those of a server
    /// that cannot.
    var answered: [String: [(time: Moment, isThrottled: Bool)]] = [:]
    /// When answers were withheld by plain troubles: of an account, or of one unit of it.
    var troubles: [(account: String, target: PollTarget?, span: TimeSpan)] = []
    /// When an account's token was replaced by another, and the daemon took it.
    var renewals: [(account: String, time: Moment)] = []
    /// When the ledger was put back from a copy.
    var restores: [Restore] = []
    /// When a conditional request was made.
    var conditional: Moment?
    var readers: [Reader] = []
    /// The sequences that the journal took, and in which life.
    var journal: [(sequence: Int64, life: Int)] = []
    /// All changes as they stand in the end.
    var kept: [RecordedChange] = []
    /// All things as they stand in the end.
    var stored: [StoredResource] = []
    var end: Moment
}
