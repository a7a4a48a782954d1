import WhatsAppBusiness
import Changes
import Ledger
import StrictJSON
import Systemd

extension JournalEntry {
    /// No document in an entry is longer.
    static let longestDocument = 48 << 10
    /// Nor the sentence; and no more pointers, none of them longer, are told. So an entry fits into a datagram (212,992 bytes by default): for a
    /// larger one, libsystemd would need a file in memory, which the sandbox refuses.
    static let longestMessage = 16 << 10
    static let mostFields = 128
    static let longestField = 512

    /// The entry of a change, with the fields of systemd/wabawatch.catalog.
    /// - Parameter wabaID: Meta's id of the change's account, if it is known.
    init(_ recorded: RecordedChange, cursor: LedgerCursor, wabaID: String?) {
        let change = recorded.change
        self.init()
        append(.message, bytes: Array(change.summary.utf8).cut(to: Self.longestMessage))
        if let id = MessageID(of: change) { append(.messageID, id.rawValue) }
        append(.priority, change.severity.level.journalPriority)
        append(.identifier, "wabawatchd")
        append("WABAWATCH_CURSOR", cursor.description)
        append("WABAWATCH_SEQUENCE", recorded.sequence)
        append("WABAWATCH_ACCOUNT", change.resource.account)
        if let wabaID { append("WABAWATCH_WABA_ID", wabaID) }
        append("WABAWATCH_KIND", change.resource.kind.rawValue)
        append("WABAWATCH_ID", change.resource.id)
        if let number = change.resource.phoneNumberID { append("WABAWATCH_PHONE_NUMBER_ID", number) }
        append("WABAWATCH_OPERATION", change.operation.rawValue)
        append("WABAWATCH_ORIGIN", change.origin.rawValue)
        if let uid = change.actor?.userNumber { append("WABAWATCH_ACTOR_UID", uid) }
        for field in change.fields.prefix(Self.mostFields) {
            append("WABAWATCH_FIELD", bytes: Array(field.description.utf8).cut(to: Self.longestField))
        }
        let isWhole = append(change.fields)
        let before = append("WABAWATCH_BEFORE", change.before)
        let after = append("WABAWATCH_AFTER", change.after)
        if !isWhole || change.fields.count > Self.mostFields || max(before, after) > Self.longestDocument {
            append("WABAWATCH_TRUNCATED", "1")
        }
        append(recorded, cursor: cursor, documents: before + after)
    }

    /// Appends a document, as far as it fits, and returns how many bytes it has.
    private mutating func append(_ field: JournalField, _ document: JSONObject?) -> Int {
        guard let document else { return 0 }
        let bytes = JSONValue.object(document).bytes
        append(field, bytes: bytes.cut(to: Self.longestDocument))
        return bytes.count
    }
}

extension String {
    /// The number in what says who: `alice (1000)`, or `1000` of a user who has no name.
    fileprivate var userNumber: String? {
        let digits = hasSuffix(")") ? dropLast()[(dropLast().lastIndex(of: "(").map(index(after:)) ?? startIndex)...] : self[...]
        return UInt32(digits).map(String.init)
    }
}

extension [UInt8] {
    /// At most so many bytes of a text, without the first bytes of a character whose rest was cut off.
    func cut(to longest: Int) -> [UInt8] {
        guard count > longest else { return self }
        var end = longest
        while end > 0, longest - end < 4, String(validating: self[..<end], as: UTF8.self) == nil { end -= 1 }
        return Array(self[..<end])
    }
}
