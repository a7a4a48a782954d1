/// What went wrong between the service and systemd: a code to decide by, a sentence to read, and the system's own error number if there was one.
///
/// The sentence never holds the content of a credential or of a journal entry.
public struct SystemdError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        case credentialsNotPassed
        case credentialNameInvalid
        case credentialUnreadable
        case credentialTooLarge
        case inheritedSocketUnusable
        case journalAbsent
        case journalStalled
        case journalFieldInvalid
        case journalEntryTooLarge
        case journalRefused
        case standardErrorClosed
    }

    public let code: Code
    public let message: String
    /// The system's error number, positive, if a call failed.
    public let errorNumber: Int32?

    public init(_ code: Code, _ message: String, errorNumber: Int32? = nil) {
        self.code = code
        self.message = message
        self.errorNumber = errorNumber
    }

    public var description: String {
        guard let errorNumber else { return message }
        return "\(message): \(SystemdError.text(of: errorNumber))"
    }
}
