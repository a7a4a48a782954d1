/// A rule that was violated. The full list is not published.
public enum ViolationType: String, Sendable, CaseIterable {
    case adult = "ADULT"
    case lowBusinessInitiatedCallingQuality = "LOW_BUSINESS_INITIATED_CALLING_QUALITY"
    case userInitiatedCallsLowPickupRate = "USER_INITIATED_CALLS_LOW_PICKUP_RATE"
}

/// Where a ban stands.
public enum WABABanState: String, Sendable, CaseIterable {
    case disable = "DISABLE"
    case reinstate = "REINSTATE"
    case scheduleForDisable = "SCHEDULE_FOR_DISABLE"
}

/// What an account or a number may not do.
public enum RestrictionType: String, Sendable, CaseIterable {
    case addPhoneNumberAction = "RESTRICTED_ADD_PHONE_NUMBER_ACTION"
    case bizInitiatedAndUserInitiatedCalling = "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING"
    case bizInitiatedMessaging = "RESTRICTED_BIZ_INITIATED_MESSAGING"
    case businessInitiatedCalling = "RESTRICTED_BUSINESS_INITIATED_CALLING"
    case customerInitiatedMessaging = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
    case directSendUtilityTemplates = "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES"
    case userInitiatedCalling = "RESTRICTED_USER_INITIATED_CALLING"
    case userInitiatedCallingCallButtonHidden = "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN"
    case utilityTemplates = "RESTRICTED_UTILITY_TEMPLATES"
}

/// Why a number was disconnected.
public enum DisconnectionReason: String, Sendable, CaseIterable {
    case accountDisconnected = "ACCOUNT_DISCONNECTED"
    case businessDowngrade = "BUSINESS_DOWNGRADE"
    case changeNumber = "CHANGE_NUMBER"
    case companionInactivity = "COMPANION_INACTIVITY"
    case primaryInactivity = "PRIMARY_INACTIVITY"
    case userReRegistered = "USER_RE_REGISTERED"
}

/// Who disconnected a number.
public enum DisconnectionInitiatedBy: String, Sendable, CaseIterable {
    case user = "USER"
    case system = "SYSTEM"
}

/// Where a certification stands.
public enum CertificationStatus: String, Sendable, CaseIterable {
    case approved = "APPROVED"
    case discarded = "DISCARDED"
    case failed = "FAILED"
    case pending = "PENDING"
    case revoked = "REVOKED"
}
