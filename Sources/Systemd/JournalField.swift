/// The name of a field of a journal entry.
///
/// journald drops a field with any other name without a word (systemd.journal-fields(7)), so a name is checked when it is made: 1 to 64
/// characters of `A` to `Z`, `0` to `9` and `_`, beginning with a letter, since a leading `_` is kept for journald's own trusted fields.
public struct JournalField: Sendable, Hashable, CustomStringConvertible {
    /// The name itself.
    public let name: String

    /// - Throws: `journalFieldInvalid` if journald would drop it.
    public init(checking name: String) throws {
        guard JournalField.isValid(name) else {
            throw SystemdError(.journalFieldInvalid, "\(name.debugDescription) is not a journal field's name")
        }
        self.name = name
    }

    /// The nearest valid name: letters upper-cased, everything else than a letter or a digit an underscore, cut at 64 characters.
    ///
    /// Two texts may come out as the same name: right for metadata of log lines, wrong for what must be told apart.
    public init(adapting text: String, prefix: JournalField) {
        var bytes = Array(prefix.name.utf8)
        for byte in text.utf8 where bytes.count < JournalField.maximumLength {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): bytes.append(byte)
            case UInt8(ascii: "a")...UInt8(ascii: "z"): bytes.append(byte - 0x20)
            default: bytes.append(UInt8(ascii: "_"))
            }
        }
        name = String(decoding: bytes, as: UTF8.self)
    }

    public var description: String { name }

    private static let maximumLength = 64

    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else { return false }
        return name.utf8.count <= maximumLength
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}

extension JournalField: ExpressibleByStringLiteral {
    /// A name written in the source; an invalid one is a programming error and stops the program.
    public init(stringLiteral name: String) {
        precondition(JournalField.isValid(name), "\(name) is not a journal field's name")
        self.name = name
    }
}

extension JournalField {
    /// The sentence that `journalctl` shows.
    public static let message: JournalField = "MESSAGE"
    /// 128 bits as 32 hexadecimal digits: what class of message this is, and the key of its catalog entry.
    public static let messageID: JournalField = "MESSAGE_ID"
    /// A `JournalPriority`'s number.
    public static let priority: JournalField = "PRIORITY"
    /// What `journalctl -t` selects by.
    public static let identifier: JournalField = "SYSLOG_IDENTIFIER"
}
