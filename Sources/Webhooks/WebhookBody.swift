public import StrictJSON
internal import WhatsAppBusiness

/// What a webhook's body says: the management changes of every entry in their order, and how much else there was.
///
/// Whatever is malformed costs itself alone: an entry, a change or a member of another type than expected is passed over, and the rest is read.
public struct WebhookBody: Sendable, Equatable {
    /// The changes that concern the management of accounts.
    public private(set) var reports: [WebhookReport] = []
    /// How many changes are of no management field or malformed, and were left unread.
    public private(set) var ignored = 0
    /// The names among these that this release does not know, each once, in their order; at most `mostUnknownFields`.
    public private(set) var unknownFields: [String] = []

    /// Changes in one body: Meta sends up to 1,000 updates, and this is a few times as many.
    public static let mostChanges = 4000
    /// Unknown names that one body is told for, and bytes of each.
    public static let mostUnknownFields = 16
    public static let longestFieldName = 64
    /// What a body may be: 3 MiB (Meta sends up to 3 MB), no deeper than the deepest known value many times over, and no more values than a body of
    /// that size has that is full of short members.
    static let limits = JSONLimits(bytes: 3 << 20, depth: 32, values: 300_000, string: 3 << 20)

    /// Reads a body whose signature was checked.
    /// - Throws: where it is no JSON within the bounds, is no object, or has too many changes.
    public init(parsing bytes: [UInt8]) throws(WebhookBodyError) {
        let body: JSONValue
        do throws(JSONError) { body = try JSONValue(parsing: bytes, limits: Self.limits, surrogates: .replaced) } catch {
            throw .noJSON(error)
        }
        guard let object = body.object else { throw .noObject(found: body.typeName) }
        // Webhooks of other products come to the same address, signed by the same secret.
        let isOurs = object["object"]?.string.map { $0 == "whatsapp_business_account" } ?? true
        var count = 0
        for entry in object["entry"]?.array ?? [] {
            guard let changes = entry["changes"]?.array else { continue }
            count += changes.count
            guard count <= Self.mostChanges else { throw .tooManyChanges(Self.mostChanges) }
            for change in changes { take(isOurs ? change : .null, of: entry) }
        }
    }

    private mutating func take(_ change: JSONValue, of entry: JSONValue) {
        guard let name = change["field"]?.string, let field = OpenEnum<WebhookField>(name).known else {
            ignored += 1
            if let name = change["field"]?.string { noteUnknown(name) }
            return
        }
        reports.append(WebhookReport(field, value: change["value"], entryID: entry["id"], time: entry["time"]))
    }

    private mutating func noteUnknown(_ name: String) {
        guard OpenEnum<MessagingField>(name).known == nil, unknownFields.count < Self.mostUnknownFields else { return }
        let cut = String(decoding: name.utf8.prefix(Self.longestFieldName), as: UTF8.self)
        if !unknownFields.contains(where: { $0.hasSameUTF8(as: cut) }) { unknownFields.append(cut) }
    }
}

/// Why a body is no webhook of Meta's.
public enum WebhookBodyError: Error, Equatable, CustomStringConvertible {
    /// It is no JSON within the bounds.
    case noJSON(JSONError)
    /// It is something else than an object.
    case noObject(found: String)
    /// It has more changes than so many.
    case tooManyChanges(Int)

    public var description: String {
        switch self {
        case .noJSON(let error): "the body is no JSON: \(error)"
        case .noObject(let found): "the body should be an object and is \(found)"
        case .tooManyChanges(let most): "the body has more than \(most) changes"
        }
    }
}

/// The fields that are known and not recorded: they concern messages and people.
enum MessagingField: String, CaseIterable {
    case messages
    case messageEchoes = "message_echoes"
    case smbMessageEchoes = "smb_message_echoes"
    case smbAppStateSync = "smb_app_state_sync"
    case history
    case calls
    case flows
    case standby
    case userPreferences = "user_preferences"
    case userIDUpdate = "user_id_update"
    case consumerProfile = "consumer_profile"
    case messagingHandovers = "messaging_handovers"
    case automaticEvents = "automatic_events"
    case trackingEvents = "tracking_events"
    case groupLifecycleUpdate = "group_lifecycle_update"
    case groupParticipantsUpdate = "group_participants_update"
    case groupSettingsUpdate = "group_settings_update"
    case groupStatusUpdate = "group_status_update"
}
