/// One entry for the journal: fields in order, a name any number of times.
public struct JournalEntry: Sendable {
    /// journald's own limit of fields an entry.
    public static let maximumFieldCount = 1_024
    /// The most that an entry may take, names and values together: 8 MiB. journald would take more; nothing that this service says is that long.
    public static let maximumSize = 8_388_608

    /// What has been appended, in that order.
    public private(set) var fields: [(name: String, value: [UInt8])] = []

    public init() {}

    /// An entry with the two fields that every one has.
    public init(message: String, priority: JournalPriority) {
        append(.message, message)
        append(.priority, priority)
    }

    /// Adds a field; any text will do, line breaks included.
    public mutating func append(_ field: JournalField, _ text: String) {
        append(field, bytes: Array(text.utf8))
    }

    /// Adds a field of any bytes.
    public mutating func append(_ field: JournalField, bytes: [UInt8]) {
        fields.append((field.name, bytes))
    }

    /// Adds a field that is a number.
    public mutating func append(_ field: JournalField, _ number: some FixedWidthInteger) {
        append(field, String(number))
    }

    /// Adds `PRIORITY`, or another field with a priority's number.
    public mutating func append(_ field: JournalField = .priority, _ priority: JournalPriority) {
        append(field, String(priority.rawValue))
    }
}
