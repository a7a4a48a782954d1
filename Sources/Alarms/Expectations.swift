/// What an account says it expects of itself: where reality differs, that is an alarm `unexpected`. What is `nil` is not expected to be in any way.
public struct Expectations: Sendable, Equatable {
    /// Where messages are to reach: the most specific callback of number, account and application.
    public var callback: String?
    /// The ids of the applications that are to be subscribed, and no others.
    public var apps: Set<String>?
    /// Whether two-step verification is to be on.
    public var twoStepPIN: Bool?
    /// Whether the catalogue is to be visible.
    public var isCatalogueVisible: Bool?

    /// What is expected; by itself nothing.
    public init(callback: String? = nil, apps: Set<String>? = nil, twoStepPIN: Bool? = nil, isCatalogueVisible: Bool? = nil) {
        self.callback = callback
        self.apps = apps
        self.twoStepPIN = twoStepPIN
        self.isCatalogueVisible = isCatalogueVisible
    }
}
