public import WhatsAppBusiness

/// What an access token is worth.
public enum TokenState: Sendable, Equatable {
    /// It reaches every account.
    case valid
    /// It reaches these accounts (by WABA id); of the others it learns only that they "do not exist or cannot be loaded".
    case limited(to: Set<String>)
    /// It is valid until then and expired from then on.
    case expires(at: Timestamp)
    /// Error 190, subcode 463.
    case expired
    /// Error 190, subcode 458: the business removed the app.
    case revoked
    /// Error 190, subcode 460.
    case passwordChanged
    /// Error 200: the permission `whatsapp_business_management` was not granted.
    case withoutPermission

    /// The error that a call with it gets at that moment; `nil` if it may pass.
    func error(at now: Timestamp) -> SimulatedError? {
        switch self {
        case .valid, .limited: nil
        case .expires(let end): now < end ? nil : .expiredToken
        case .expired: .expiredToken
        case .revoked:
            SimulatedError(
                190, subcode: 458, "Error validating access token: The user has not authorized application.", status: 401)
        case .passwordChanged:
            SimulatedError(
                190, subcode: 460,
                "Error validating access token: The session has been invalidated because the user changed their password.",
                status: 401)
        case .withoutPermission:
            SimulatedError(
                200, subcode: 1_349_176, "(#200) Requires whatsapp_business_messaging or whatsapp_business_management permission",
                status: 403)
        }
    }

    /// Whether it may know of an account.
    func reaches(_ account: String) -> Bool {
        if case .limited(let accounts) = self { accounts.contains(account) } else { true }
    }
}
