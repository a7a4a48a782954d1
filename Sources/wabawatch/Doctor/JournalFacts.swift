import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What the journal has of the daemon, as far as this user may read it.
struct JournalFacts: Equatable {
    /// A time at which the journal dropped entries of the unit.
    struct Drop: Equatable {
        var at: Timestamp?
        /// journald's own sentence: `Suppressed 12 messages from wabawatchd.service`.
        var message: String
    }

    /// The cursor of the newest entry of a change; `nil` where there is no such entry.
    var cursor: Cursor?
    /// The latest drop within a week.
    var drop: Drop?

    init(cursor: Cursor? = nil, drop: Drop? = nil) {
        self.cursor = cursor
        self.drop = drop
    }

    /// The members of `journalctl -o json` that are read.
    static let fields = "WABAWATCH_CURSOR,MESSAGE,__REALTIME_TIMESTAMP"
    /// What journald writes where it drops entries (SD_MESSAGE_JOURNAL_DROPPED of sd-messages.h).
    static let dropped = "a596d6fe7bfa4994828e72309e95d61e"

    /// Reads the newest entry of a change and journald's own entries, one JSON object a line; lines that are none are passed over.
    init(changes: String, drops: String, unit: String) {
        cursor = Self.entries(changes).compactMap { $0["WABAWATCH_CURSOR"]?.string }.last.map { Cursor($0) }
        drop =
            Self.entries(drops).compactMap { entry -> Drop? in
                guard let message = entry["MESSAGE"]?.string, message.hasSuffix(" \(unit)") else { return nil }
                let time = entry["__REALTIME_TIMESTAMP"]?.string.flatMap { Int64($0) }
                return Drop(at: time.map { Timestamp(milliseconds: $0 / 1000) }, message: message)
            }.last
    }

    private static func entries(_ text: String) -> [JSONObject] {
        var entries: [JSONObject] = []
        for line in text.split(separator: "\n") {
            if let entry = (try? JSONValue(parsing: String(line)))?.object { entries.append(entry) }
        }
        return entries
    }
}
