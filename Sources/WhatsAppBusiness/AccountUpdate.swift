public import StrictJSON

/// The value of an `account_update`
/// (https://developers.facebook.com/docs/graph-api/webhooks/reference/whatsapp-business-account/). Never polled.
public struct AccountUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(
        [
            "event": .string, "phone_number": .string, "waba_info": WABAInfo.shape, "violation_info": ViolationInfo.shape,
            "ban_info": BanInfo.shape, "restriction_info": .array(RestrictionInfo.shape), "disconnection_info": DisconnectionInfo.shape,
            "auth_international_rate_eligibility": AuthInternationalRateEligibility.shape, "volume_tier_info": VolumeTierInfo.shape,
            "partner_client_certification_info": PartnerClientCertificationInfo.shape, "country": .string,
        ], required: ["event"])

    /// What happened.
    public var event: OpenEnum<AccountUpdateEvent>? { open("event") }
    /// The digits of the number that it concerns, if it concerns one.
    public var phoneNumber: String? { text("phone_number") }
    /// The account and its partners.
    public var wabaInfo: WABAInfo? { part("waba_info") }
    /// What was violated.
    public var violationInfo: ViolationInfo? { part("violation_info") }
    /// The ban.
    public var banInfo: BanInfo? { part("ban_info") }
    /// What is restricted.
    public var restrictions: [RestrictionInfo]? { parts("restriction_info") }
    /// Why a number was disconnected.
    public var disconnectionInfo: DisconnectionInfo? { part("disconnection_info") }
    /// From when authentication abroad has a price of its own.
    public var authInternationalRateEligibility: AuthInternationalRateEligibility? { part("auth_international_rate_eligibility") }
    /// The price tier that was reached.
    public var volumeTierInfo: VolumeTierInfo? { part("volume_tier_info") }
    /// A client's certification.
    public var partnerClientCertificationInfo: PartnerClientCertificationInfo? { part("partner_client_certification_info") }
    /// Where the business is now, two letters.
    public var country: String? { text("country") }
}

/// What happened to an account.
public enum AccountUpdateEvent: String, Sendable, CaseIterable {
    case accountDeleted = "ACCOUNT_DELETED"
    case accountOffboarded = "ACCOUNT_OFFBOARDED"
    case accountReconnected = "ACCOUNT_RECONNECTED"
    case accountRestriction = "ACCOUNT_RESTRICTION"
    case accountViolation = "ACCOUNT_VIOLATION"
    case adAccountLinked = "AD_ACCOUNT_LINKED"
    case authIntlPriceEligibilityUpdate = "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE"
    case businessPrimaryLocationCountryUpdate = "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE"
    case disabledUpdate = "DISABLED_UPDATE"
    case mmLiteTermsSigned = "MM_LITE_TERMS_SIGNED"
    case partnerAdded = "PARTNER_ADDED"
    case partnerAppInstalled = "PARTNER_APP_INSTALLED"
    case partnerAppUninstalled = "PARTNER_APP_UNINSTALLED"
    case partnerClientCertificationStatusUpdate = "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE"
    case partnerRemoved = "PARTNER_REMOVED"
    case volumeBasedPricingTierUpdate = "VOLUME_BASED_PRICING_TIER_UPDATE"
    case verifiedAccount = "VERIFIED_ACCOUNT"
}
