/// Whether and how a number is connected. The full list is not published.
public enum PhoneNumberStatus: String, Sendable, CaseIterable {
    case connected = "CONNECTED"
    case disconnected = "DISCONNECTED"
    case pending = "PENDING"
    case flagged = "FLAGGED"
    case restricted = "RESTRICTED"
    case rateLimited = "RATE_LIMITED"
    case offline = "OFFLINE"
    case migrated = "MIGRATED"
    case deleted = "DELETED"
    case banned = "BANNED"
    case suspended = "SUSPENDED"
    case unverified = "UNVERIFIED"
}

/// How the people who get a number's messages rate them.
public enum QualityRating: String, Sendable, CaseIterable {
    case green = "GREEN"
    case yellow = "YELLOW"
    case red = "RED"
    case notAvailable = "NA"
    case unknown = "UNKNOWN"
}

/// How many people may be written to first in a day.
public enum MessagingLimit: String, Sendable, CaseIterable {
    case tier250 = "TIER_250"
    case tier1K = "TIER_1K"
    case tier2K = "TIER_2K"
    case tier10K = "TIER_10K"
    case tier100K = "TIER_100K"
    case unlimited = "TIER_UNLIMITED"
    case untiered = "UNTIERED"
}

/// How fast a number may send.
public enum ThroughputLevel: String, Sendable, CaseIterable {
    case standard = "STANDARD"
    case high = "HIGH"
    case notApplicable = "NOT_APPLICABLE"
}

/// Whether a display name was approved.
public enum NameStatus: String, Sendable, CaseIterable {
    case approved = "APPROVED"
    case availableWithoutReview = "AVAILABLE_WITHOUT_REVIEW"
    case declined = "DECLINED"
    case expired = "EXPIRED"
    case pendingReview = "PENDING_REVIEW"
    case none = "NONE"
}

/// Whether the owner of a number has proved to be its owner.
public enum CodeVerificationStatus: String, Sendable, CaseIterable {
    case verified = "VERIFIED"
    case notVerified = "NOT_VERIFIED"
    case expired = "EXPIRED"
    case unverified = "UNVERIFIED"
}

/// For real or for tests.
public enum AccountMode: String, Sendable, CaseIterable {
    case live = "LIVE"
    case sandbox = "SANDBOX"
}

/// What a number runs on.
public enum PlatformType: String, Sendable, CaseIterable {
    case cloudApi = "CLOUD_API"
    case onPremise = "ON_PREMISE"
    case notApplicable = "NOT_APPLICABLE"
}

/// Whether a number can be searched for. The second was never recorded.
public enum SearchVisibility: String, Sendable, CaseIterable {
    case nonVisible = "NON_VISIBLE"
    case visible = "VISIBLE"
}
