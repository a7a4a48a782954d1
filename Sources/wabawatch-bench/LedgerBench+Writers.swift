import Changes
import FoundationEssentials
import GRDB
import Glibc
import Ledger
import StrictJSON
import WhatsAppBusiness

/// Who writes durably: every write is on the disk when it is answered.
protocol DurableWriter {
    var name: String { get }
    func write(_ count: Int) async throws
    func stop()
}

/// The ledger: a change with the snapshot that it leads to.
final class LedgerWriter: DurableWriter {
    let name: String
    private let ledger: Ledger
    private let group: Int
    private var turn = 0

    init(_ path: String, group: Int) throws {
        ledger = try Ledger(path: path)
        self.group = group
        name = group == 1 ? "wabawatch, one at a time" : "wabawatch, \(group) looks at a time"
    }

    func write(_ count: Int) async throws {
        for _ in 0..<(count / group) {
            turn += 1
            let (turn, ledger) = (turn, ledger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<group {
                    tasks.addTask { _ = try await ledger.record(Self.look(number, turn), at: Timestamp(milliseconds: 1)) }
                }
                try await tasks.waitForAll()
            }
        }
    }

    private static func look(_ number: Int, _ turn: Int) -> Observation {
        Observation(
            unit: Unit(account: "acme", kind: .businessProfile, phoneNumberID: "\(number)"), owner: "\(number)",
            items: [.init(id: "\(number)", document: ["about": .string("About \(turn)"), "vertical": "RETAIL", "email": "a@example.com"])],
            asked: ["about", "vertical", "email"])
    }

    func stop() { try? ledger.close() }
}

/// The limit: the same two rows by SQLite alone, prepared once.
final class PlainSQLite: DurableWriter {
    let name: String
    private let queue: DatabaseQueue
    private let group: Int
    private var turn = 0

    init(_ path: String, group: Int) throws {
        self.group = group
        name = group == 1 ? "plain SQLite, the same two rows" : "plain SQLite, \(group) times two rows a transaction"
        queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                    CREATE TABLE resource (place INTEGER, id TEXT, document TEXT, changed_at INTEGER, PRIMARY KEY (place, id)) WITHOUT ROWID;
                    CREATE TABLE change (sequence INTEGER PRIMARY KEY, observed_at INTEGER, place INTEGER, id TEXT, before TEXT, after TEXT, summary TEXT);
                    """)
        }
    }

    func write(_ count: Int) async throws {
        for _ in 0..<(count / group) {
            turn += 1
            let (turn, group) = (turn, group)
            try await queue.write { database in
                let resource = try database.cachedStatement(sql: "INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?)")
                let change = try database.cachedStatement(
                    sql: "INSERT INTO change (observed_at, place, id, before, after, summary) VALUES (?, ?, ?, ?, ?, ?)")
                for number in 0..<group {
                    try resource.execute(
                        arguments: [number, "\(number)", #"{"about":"About \#(turn)","email":"a@example.com","vertical":"RETAIL"}"#, turn])
                    try change.execute(arguments: [
                        turn, number, "\(number)", #"{"about":"About \#(turn - 1)"}"#, #"{"about":"About \#(turn)"}"#,
                        "acme: about of the business profile of \(number) changed from \"About \(turn - 1)\" to \"About \(turn)\"",
                    ])
                }
            }
        }
    }

    func stop() { try? queue.close() }
}

/// How long one append of 4 KiB takes to be on the disk: the median of fifty.
func syncProbe(_ place: String) throws -> Double {
    let path = place + "/probe"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BenchError("\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    let block = [UInt8](repeating: 1, count: 4096)
    return (0..<50).map { _ in
        ContinuousClock().measure {
            _ = Glibc.write(descriptor, block, block.count)
            fdatasync(descriptor)
        }.seconds
    }.median
}

struct BenchError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// The most memory that this process has had, in MiB.
func peakMemory() throws -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss >> 10
}

func format2(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    var text: String { "\(format2(seconds)) s" }
}

extension [Double] {
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}

extension Double {
    var whole: String { "\(Int(self.rounded()))" }
}

extension String {
    func padded(_ width: Int) -> String { count < width ? self + String(repeating: " ", count: width - count) : self }
}
