import Changes
import GRDB
import Synchronization
public import WhatsAppBusiness

/// Which things are wanted. `nil` stands for all, an empty set for none.
public struct ResourceQuery: Sendable {
    public var accounts: Set<String>?
    public var kinds: Set<Kind>?
    public var ids: Set<String>?
    public var phoneNumberIDs: Set<String>?

    /// Things that are wanted.
    public init(
        accounts: Set<String>? = nil, kinds: Set<Kind>? = nil, ids: Set<String>? = nil, phoneNumberIDs: Set<String>? = nil
    ) {
        self.accounts = accounts
        self.kinds = kinds
        self.ids = ids
        self.phoneNumberIDs = phoneNumberIDs
    }
}

/// Goes through the snapshot in the order of account, kind, number and id, a page at a time, in bounded memory and however slow its reader is.
///
/// No transaction is held between pages, so that a slow reader keeps nothing from being written or cleared away. The cursor is the first page's:
/// what fits on one page, as most snapshots do, is true exactly there. Where it takes more, a later page may already hold what
/// changed since; applying every change after the cursor once more leads to the same documents, for a change sets members to what they are then
/// (`Change.applied(to:)`), and the last one that touches a member decides.
public struct ResourceWalk: Sendable {
    /// The place in the ledger behind which the changes to apply begin.
    public let cursor: LedgerCursor

    private let ledger: Ledger
    private let query: ResourceQuery
    private var places: ArraySlice<Place>
    private var lastID: DatabaseValue?
    private var read: [StoredResource]?

    /// Things on one page.
    static let longestPage = 1024

    /// Begins, and reads the first page, of about so many bytes at the most.
    public init(over ledger: Ledger, _ query: ResourceQuery, atMost bytes: Int = Ledger.longestPage) async throws(LedgerError) {
        self.ledger = ledger
        self.query = query
        let unsaved = ledger.confirmed.withLock(\.unsaved)
        let (places, page, last) = try await ledger.read { database in
            let places = try Self.places(of: query, in: database)
            let page = try Self.page(of: places, after: nil, query, unsaved, ledger.unreadable, atMost: bytes, in: database)
            return (places, page, try Ledger.last(database))
        }
        cursor = ledger.cursor(at: last)
        self.places = places
        read = page.resources
        move(behind: page)
    }

    /// The next things, of about so many bytes at the most, but one at least; `nil` when there are no more.
    public mutating func next(atMost bytes: Int = Ledger.longestPage) async throws(LedgerError) -> [StoredResource]? {
        if let page = read {
            read = nil
            if !page.isEmpty { return page }
        }
        guard !places.isEmpty else { return nil }
        let (places, lastID, query, unsaved) = (places, lastID, query, ledger.confirmed.withLock(\.unsaved))
        let unreadable = ledger.unreadable
        let page = try await ledger.read { try Self.page(of: places, after: lastID, query, unsaved, unreadable, atMost: bytes, in: $0) }
        move(behind: page)
        // What is left out of a page is not the end.
        return page.resources.isEmpty ? try await next(atMost: bytes) : page.resources
    }

    private mutating func move(behind page: Page) {
        places = places.dropFirst(page.finished)
        lastID = page.lastID
    }

    private struct Page {
        var resources: [StoredResource] = []
        /// How many places it has come to the end of.
        var finished = 0
        /// The last id that was read of the place after these.
        var lastID: DatabaseValue?
    }

    private static func page(
        of places: ArraySlice<Place>, after id: DatabaseValue?, _ query: ResourceQuery, _ unsaved: [PollTarget: Timestamp],
        _ unreadable: UnreadableRows, atMost longest: Int, in database: Database
    ) throws -> Page {
        var page = Page(lastID: id)
        var bytes = 0
        var confirmed = ConfirmedTimes(unsaved)
        let wanted = query.ids?.sorted() ?? []
        let ids = query.ids == nil ? "" : "AND id IN (\(databaseQuestionMarks(count: wanted.count)))"
        // An id may be empty: the first one is not looked for behind another.
        let first = try database.makeStatement(sql: StoredResource.select + " WHERE place = ? \(ids) ORDER BY id LIMIT ?")
        let next = try database.makeStatement(sql: StoredResource.select + " WHERE place = ? AND id > ? \(ids) ORDER BY id LIMIT ?")
        for place in places {
            let limit = Self.longestPage - page.resources.count
            var read = 0
            let after = page.lastID.map { [$0] } ?? []
            let rows = try Row.fetchCursor(
                after.isEmpty ? first : next, arguments: [place.number] + StatementArguments(after) + ColumnCoding.columns(wanted) + [limit]
            )
            while bytes < longest, let row = try rows.next() {
                if let resource = try StoredResource(row: row, in: place, &confirmed, in: database) {
                    page.resources.append(resource)
                } else {
                    let thing = place.resource(try row.value(0))
                    unreadable.note("\(thing.account)/\(thing.kind)/\(thing.id)")
                }
                read += 1
                page.lastID = row[0]
                bytes += 100 + (row[1] as DatabaseValue).size
            }
            guard bytes < longest, read < limit else { break }
            page.finished += 1
            page.lastID = nil
        }
        return page
    }

    private static func places(of query: ResourceQuery, in database: Database) throws -> ArraySlice<Place> {
        let places = try Place.matching(query.accounts, query.kinds, query.phoneNumberIDs, in: database)
        func key(_ place: Place) -> (String, String, String) { (place.account, place.kind.rawValue, place.phoneNumberID ?? "") }
        return places.sorted { key($0) < key($1) }[...]
    }
}

extension Place {
    /// Of so many accounts at the most are places looked up by the table's key; for more, the table is read as a whole.
    private static let mostSearched = 256

    /// Every place that there is in these accounts, kinds and numbers; what concerns all accounts is in each.
    ///
    /// Of a few accounts only their own rows are read: there may be a hundred thousand of others.
    static func matching(
        _ accounts: Set<String>?, _ kinds: Set<Kind>?, _ phoneNumberIDs: Set<String>?, in database: Database
    ) throws -> [Place] {
        var places: [Place] = []
        let rows = try rows(of: accounts, in: database)
        while let row = try rows.next() {
            let place = try Place(row: row)
            guard accounts?.contains(place.account) ?? true || place.account == ResourceID.allAccounts,
                kinds.map({ wanted in place.kind.known.map(wanted.contains) ?? false }) ?? true,
                phoneNumberIDs.map({ wanted in place.phoneNumberID.map(wanted.contains) ?? false }) ?? true
            else { continue }
            places.append(place)
        }
        return places
    }

    private static func rows(of accounts: Set<String>?, in database: Database) throws -> RowCursor {
        guard let accounts, accounts.count <= mostSearched else { return try Row.fetchCursor(database, sql: select) }
        let names = accounts.union([ResourceID.allAccounts]).sorted()
        let sql = select + " WHERE account IN (\(databaseQuestionMarks(count: names.count)))"
        return try Row.fetchCursor(database, sql: sql, arguments: ColumnCoding.columns(names))
    }
}
