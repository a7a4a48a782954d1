/// Whether an account may be used. The full list is not published.
public enum AccountStatus: String, Sendable, CaseIterable {
    case active = "ACTIVE"
    case pending = "PENDING"
    case restricted = "RESTRICTED"
    case disabled = "DISABLED"
}

/// What Meta's review of an account decided.
public enum AccountReviewStatus: String, Sendable, CaseIterable {
    case pending = "PENDING"
    case approved = "APPROVED"
    case rejected = "REJECTED"
    case limitReached = "LIMIT_REACHED"
    case deferred = "DEFERRED"
}

/// Whether the business behind an account is verified.
public enum BusinessVerificationStatus: String, Sendable, CaseIterable {
    case expired = "expired"
    case failed = "failed"
    case ineligible = "ineligible"
    case notVerified = "not_verified"
    case pending = "pending"
    case pendingNeedMoreInfo = "pending_need_more_info"
    case pendingSubmission = "pending_submission"
    case rejected = "rejected"
    case revoked = "revoked"
    case verified = "verified"
}

/// Whether an account may use the Marketing Messages Lite API. `UNKNOWN` is a value of Meta's.
public enum MarketingMessagesLiteAPIStatus: String, Sendable, CaseIterable {
    case ineligible = "INELIGIBLE"
    case eligible = "ELIGIBLE"
    case onboarded = "ONBOARDED"
    case unknown = "UNKNOWN"
}

/// How far an account is on the way to marketing messages, or why it is not.
public enum MarketingMessagesOnboardingStatus: String, Sendable, CaseIterable {
    case ineligibleOnBehalfOfWaba = "INELIGIBLE_ON_BEHALF_OF_WABA"
    case ineligibleInactiveOrRestricted = "INELIGIBLE_INACTIVE_OR_RESTRICTED"
    case ineligibleCountryNotSupported = "INELIGIBLE_COUNTRY_NOT_SUPPORTED"
    case ineligibleUsingWhatsappBusinessApp = "INELIGIBLE_USING_WHATSAPP_BUSINESS_APP"
    case eligible = "ELIGIBLE"
    case pendingValidPaymentMethod = "PENDING_VALID_PAYMENT_METHOD"
    case pendingInternalSetup = "PENDING_INTERNAL_SETUP"
    case onboarded = "ONBOARDED"
}

/// Whose an account is. `SELF` is what was recorded; the others stand in Meta's specification.
public enum OwnershipType: String, Sendable, CaseIterable {
    case ownAccount = "SELF"
    case selfOwned = "SELF_OWNED"
    case clientOwned = "CLIENT_OWNED"
    case agencyOwned = "AGENCY_OWNED"
}
