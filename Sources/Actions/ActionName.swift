/// What an account may allow the daemon to do at Meta, by the name that stands in the configuration's `actions`.
public enum ActionName: String, Sendable, CaseIterable {
    /// Block and unblock users.
    case block
    /// Set members of a number's business profile.
    case profile
    /// Set a number's commerce settings.
    case commerce
    /// Set a number's commands and prompts.
    case automation
    /// Set an account's or a number's settings, and a number's two-step PIN.
    case settings
    /// Create, change and delete QR codes.
    case qrCode = "qr_code"
    /// Set and clear the override of the callback, of an account or a number, and unsubscribe the app.
    case callback
    /// Delete message templates.
    case template
    /// Send messages made of templates.
    case send
}
