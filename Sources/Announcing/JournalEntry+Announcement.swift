import Changes
import Ledger
import Systemd
import WhatsAppBusiness

extension JournalEntry {
    /// The entry of a change, or of very many.
    /// - Parameter wabaID: Meta's id of the account, if it is known.
    init(_ announcement: Announcement, cursor: LedgerCursor, wabaID: String?) {
        switch announcement {
        case .change(let change): self.init(change, cursor: cursor, wabaID: wabaID)
        case .bulk(let bulk): self.init(bulk, cursor: cursor, wabaID: wabaID)
        }
    }

    /// The entry of changes that are told as one: what they have in common, and how many there are of each operation.
    private init(_ bulk: Bulk, cursor: LedgerCursor, wabaID: String?) {
        let resource = bulk.worst.resource
        self.init()
        append(.message, bytes: Array(bulk.summary.utf8).cut(to: Self.longestMessage))
        if let id = MessageID(of: bulk.worst) { append(.messageID, id.rawValue) }
        append(.priority, bulk.worst.severity.level.journalPriority)
        append(.identifier, "wabawatchd")
        append("WABAWATCH_CURSOR", cursor.description)
        append("WABAWATCH_SEQUENCE", bulk.last)
        append("WABAWATCH_ACCOUNT", resource.account)
        if let wabaID { append("WABAWATCH_WABA_ID", wabaID) }
        append("WABAWATCH_KIND", resource.kind.rawValue)
        if let number = bulk.phoneNumberID { append("WABAWATCH_PHONE_NUMBER_ID", number) }
        append("WABAWATCH_ORIGIN", bulk.worst.origin.rawValue)
        // Of several, that of the most urgent one, as the class and the priority are; a field that stands twice is lost to most who collect journals.
        append("WABAWATCH_OPERATION", bulk.worst.operation.rawValue)
        append("WABAWATCH_COUNT", bulk.count)
        for (operation, count) in bulk.counted {
            append(JournalField(adapting: operation.rawValue, prefix: "WABAWATCH_COUNT_"), count)
        }
    }
}
