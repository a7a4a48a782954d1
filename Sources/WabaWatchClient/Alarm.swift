public import StrictJSON
public import WhatsAppBusiness

/// Something that is wrong now: the document of a thing of kind `alarm`. It is no thing of Meta's; the daemon derives it from all others.
public struct Alarm: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "name": .string, "severity": .string, "summary": .string, "since": .string, "kind": .string, "id": .string, "flaps": .integer,
        "muted": Mute.shape, "templates": .array(.string),
    ])

    /// Who muted it, until when, and why.
    public struct Mute: Document {
        public let json: JSONObject
        public init(checked json: JSONObject) { self.json = json }
        public static let shape = Shape.object(["until": .string, "reason": .string, "by": .string])

        /// When it ends by itself.
        public var until: Timestamp? { text("until").flatMap { Timestamp(parsing: $0) } }
        /// Why.
        public var reason: String? { text("reason") }
        /// Who: the user's name and number, `alice (1000)`.
        public var by: String? { text("by") }
    }

    /// What is wrong: `quality`, `number_banned` …
    public var name: String? { text("name") }
    /// How urgent it is, muted or not.
    public var severity: OpenEnum<Severity>? { open("severity") }
    /// One English sentence for a person.
    public var summary: String? { text("summary") }
    /// Since when the condition has held.
    public var since: Timestamp? { text("since").flatMap { Timestamp(parsing: $0) } }
    /// The kind of thing that it is of.
    public var kind: OpenEnum<Kind>? { open("kind") }
    /// That thing's id.
    public var id: String? { text("id") }
    /// How often it went and came back, where it did.
    public var flaps: Int64? { integer("flaps") }
    /// The mute that is on it.
    public var muted: Mute? { part("muted") }
    /// Of an alarm of templates, their names.
    public var templates: [String]? { texts("templates") }
}
