/// A kind of thing that is watched; `row` says all there is to know of it. `watch` is the watching itself: one per account, kind and phone number. `alarm` is
/// something that is wrong now.
public enum Kind: String, Sendable, CaseIterable, Comparable {
    case account
    case subscribedApp = "subscribed_app"
    case phoneNumber = "phone_number"
    case phoneNumberSettings = "phone_number_settings"
    case businessProfile = "business_profile"
    case commerceSettings = "commerce_settings"
    case blockedUser = "blocked_user"
    case qrCode = "qr_code"
    case messageTemplate = "message_template"
    case watch
    case alarm

    /// In the order of the interface's text.
    public static func < (left: Kind, right: Kind) -> Bool { left.position < right.position }

    private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension OpenEnum: Comparable where Known == Kind {
    /// In the order of the interface's text, and behind them those that are not known, by their texts.
    public static func < (left: OpenEnum, right: OpenEnum) -> Bool {
        switch (left.known, right.known) {
        case (.some(let one), .some(let other)) where one != other: one < other
        case (.some, nil): true
        case (nil, .some): false
        default: left.rawText < right.rawText
        }
    }
}
