public import StrictJSON

/// The account that an update is about, and its partners.
public struct WABAInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "waba_id": .id, "owner_business_id": .id, "partner_app_id": .id, "solution_id": .id,
        "solution_partner_business_ids": .array(.id), "ad_account_linked": .id,
    ])

    /// The account; `waba_id` on the wire.
    public var id: String? { id("waba_id") }
    /// The business that owns it.
    public var ownerBusinessID: String? { id("owner_business_id") }
    /// The partner's app.
    public var partnerAppID: String? { id("partner_app_id") }
    /// The solution.
    public var solutionID: String? { id("solution_id") }
    /// The partners of the solution.
    public var solutionPartnerBusinessIDs: [String]? { ids("solution_partner_business_ids") }
    /// The ad account.
    public var adAccountLinked: String? { id("ad_account_linked") }
}

/// What was violated.
public struct ViolationInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["violation_type": .string, "remediation": .string])

    /// The rule.
    public var violationType: OpenEnum<ViolationType>? { open("violation_type") }
    /// What to do.
    public var remediation: String? { text("remediation") }
}

/// A ban of an account.
public struct BanInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["waba_ban_state": .string, "waba_ban_date": .string])

    /// Where it stands.
    public var state: OpenEnum<WABABanState>? { open("waba_ban_state") }
    /// English text: `April 17, 2025`.
    public var date: String? { text("waba_ban_date") }
    /// The same, read; `nil` where it is written in another way.
    public var day: WABABanDate? { date.flatMap { WABABanDate($0) } }
}

/// Something that an account or a number may not do.
public struct RestrictionInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["restriction_type": .string, "expiration": .id, "remediation": .string])

    /// What.
    public var restrictionType: OpenEnum<RestrictionType>? { open("restriction_type") }
    /// Until when, in Unix seconds; missing where it does not end by itself. Older messages send text.
    public var expiration: Int64? { lenientInteger("expiration") }
    /// What to do.
    public var remediation: String? { text("remediation") }
}

/// Why a number of the business app was disconnected.
public struct DisconnectionInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["reason": .string, "initiated_by": .string])

    /// Why.
    public var reason: OpenEnum<DisconnectionReason>? { open("reason") }
    /// By whom.
    public var initiatedBy: OpenEnum<DisconnectionInitiatedBy>? { open("initiated_by") }
}

/// From when authentication abroad has a price of its own.
public struct AuthInternationalRateEligibility: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["start_time": .integer, "exception_countries": .array(ExceptionCountry.shape)])

    /// Unix seconds.
    public var startTime: Int64? { integer("start_time") }
    /// Where it is another time.
    public var exceptionCountries: [ExceptionCountry]? { parts("exception_countries") }
}

/// A country with a time of its own.
public struct ExceptionCountry: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["country_code": .string, "start_time": .integer])

    /// Two letters.
    public var countryCode: String? { text("country_code") }
    /// Unix seconds.
    public var startTime: Int64? { integer("start_time") }
}

/// The price tier that was reached.
public struct VolumeTierInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "tier_update_time": .integer, "pricing_category": .string, "tier": .string, "effective_month": .string, "region": .string,
    ])

    /// Unix seconds.
    public var updateTime: Int64? { integer("tier_update_time") }
    /// `UTILITY` …
    public var pricingCategory: String? { text("pricing_category") }
    /// `min:max` messages.
    public var tier: String? { text("tier") }
    /// `YYYY-MM`.
    public var effectiveMonth: String? { text("effective_month") }
    /// Where.
    public var region: String? { text("region") }
}

/// A client's certification.
public struct PartnerClientCertificationInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["client_business_id": .id, "status": .string, "rejection_reasons": .array(.string)])

    /// The client.
    public var clientBusinessID: String? { id("client_business_id") }
    /// Where it stands.
    public var status: OpenEnum<CertificationStatus>? { open("status") }
    /// Why it was rejected.
    public var rejectionReasons: [String]? { texts("rejection_reasons") }
}
