public import StrictJSON

/// What people see of a business behind a number: `GET /{PHONE}/whatsapp_business_profile`
/// (https://developers.facebook.com/docs/whatsapp/cloud-api/reference/business-profiles).
public struct BusinessProfile: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "about": .string, "address": .string, "description": .string, "email": .string, "profile_picture_url": .string,
        "websites": .array(.string), "vertical": .string, "messaging_product": .string,
    ])

    /// The line under the name.
    public var about: String? { text("about") }
    /// The postal address.
    public var address: String? { text("address") }
    /// What the business says of itself.
    public var businessDescription: String? { text("description") }
    /// Where it can be written to.
    public var email: String? { text("email") }
    /// Where the picture lies; a signed address whose query changes by itself.
    public var profilePictureURL: String? { text("profile_picture_url") }
    /// At most two addresses, in the order that people see.
    public var websites: [String]? { texts("websites") }
    /// The line of business; `vertical` on the wire.
    public var industry: OpenEnum<Industry>? { open("vertical") }
}

/// A line of business. Meta adds to the list.
public enum Industry: String, Sendable, CaseIterable {
    case undefined = "UNDEFINED"
    case other = "OTHER"
    case auto = "AUTO"
    case beauty = "BEAUTY"
    case apparel = "APPAREL"
    case education = "EDU"
    case entertainment = "ENTERTAIN"
    case eventPlanning = "EVENT_PLAN"
    case finance = "FINANCE"
    case grocery = "GROCERY"
    case government = "GOVT"
    case hotel = "HOTEL"
    case health = "HEALTH"
    case nonProfit = "NONPROFIT"
    case professionalServices = "PROF_SERVICES"
    case retail = "RETAIL"
    case travel = "TRAVEL"
    case restaurant = "RESTAURANT"
    case notABusiness = "NOT_A_BIZ"
    case alcohol = "ALCOHOL"
    case onlineGambling = "ONLINE_GAMBLING"
    case physicalGambling = "PHYSICAL_GAMBLING"
    case overTheCounterDrugs = "OTC_DRUGS"
}
