import Changes
import GRDB
import StrictJSON
import Synchronization
import WhatsAppBusiness

/// What is known of an action that has begun and not written down yet. Later marks add to earlier ones.
struct ActionMarks: Sendable, Equatable {
    var end: BegunAction.End?
    var isTold = false
    var isForgotten = false
}

/// How far an action has come.
public enum ActionMark: Sendable {
    /// What came of it is known.
    case ended(BegunAction.End)
    /// The journal has it.
    case told
    /// What it changed has been looked at: nothing more is to be done for it.
    case forgotten
}

extension Ledger {
    /// Actions that are kept at most: those under way, and those that a daemon before this one left.
    public static let mostBegunActions = 256

    /// Writes down that an action begins. Nothing of it may leave before this returns.
    /// - Returns: its number; `nil` if there are as many as may be.
    public func begin(_ action: BegunAction) async throws(LedgerError) -> Int64? {
        let marks = actionMarks.withLock(\.self)
        let document = JSONValue.object(action.document).description
        let number = try await write { database -> Int64? in
            // Those that could not be taken out when they ended.
            try Self.write(marks, database)
            guard try Int.fetchOne(database, sql: "SELECT count(*) FROM begun_action") ?? 0 < Self.mostBegunActions else { return nil }
            try database.execute(
                sql: "INSERT INTO begun_action (begun_at, document) VALUES (?, ?)",
                arguments: [action.begunAt.milliseconds.databaseValue, ColumnCoding.column(document)])
            return database.lastInsertedRowID
        }
        written(marks)
        return number
    }

    /// Every action that has begun and whose end is not written down, the oldest first.
    public func begunActions() async throws(LedgerError) -> [BegunAction] {
        try await read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT number, begun_at, document, result, is_whole, is_told FROM begun_action ORDER BY number")
            return try rows.compactMap { row in
                let number: Int64 = try row.value(0)
                let text = ColumnCoding.text(row[2])
                guard let document = text.flatMap({ ColumnCoding.document($0.databaseValue, of: "") }),
                    var action = BegunAction(number: number, document, begunAt: Timestamp(milliseconds: try row.value(1)))
                else {
                    self.unreadable.note("the begun action \(number)")
                    return nil
                }
                let isWhole: Int64 = try row.value(4)
                action.end = ColumnCoding.text(row[3]).map { BegunAction.End(result: $0, isWhole: isWhole == 1) }
                action.isTold = try row.value(5) as Int64 == 1
                return action
            }
        }
    }

    /// Writes down how far an action has come. Where that fails, it is written with the next action or when the ledger is closed.
    public func mark(action number: Int64, _ mark: ActionMark) async throws(LedgerError) {
        let marks = actionMarks.withLock { marks in
            switch mark {
            case .ended(let end): marks[number, default: ActionMarks()].end = end
            case .told: marks[number, default: ActionMarks()].isTold = true
            case .forgotten: marks[number, default: ActionMarks()].isForgotten = true
            }
            return marks
        }
        try await write { try Self.write(marks, $0) }
        written(marks)
    }

    /// What was marked meanwhile stays to be written.
    private func written(_ marks: [Int64: ActionMarks]) {
        actionMarks.withLock { kept in
            for (number, mark) in marks where kept[number] == mark { kept[number] = nil }
        }
    }

    static func write(_ marks: [Int64: ActionMarks], _ database: Database) throws {
        for (number, mark) in marks {
            if mark.isForgotten {
                try database.cachedStatement(sql: "DELETE FROM begun_action WHERE number = ?").execute(arguments: [number])
                continue
            }
            if let end = mark.end {
                try database.cachedStatement(sql: "UPDATE begun_action SET result = ?, is_whole = ? WHERE number = ?")
                    .execute(arguments: [ColumnCoding.column(end.result), end.isWhole ? 1 : 0, number])
            }
            if mark.isTold {
                try database.cachedStatement(sql: "UPDATE begun_action SET is_told = 1 WHERE number = ?").execute(arguments: [number])
            }
        }
    }
}
