internal import Glibc

/// The secrets that the service manager put into a folder that only this service may read (`LoadCredential=`, systemd.exec(5)).
public struct Credentials: Sendable {
    /// The largest credential that is read: systemd's own limit for all credentials of a unit.
    public static let maximumSize = 1_048_576

    /// The folder, or `nil` if none was passed.
    public let directory: String?

    public init(directory: String?) {
        self.directory = directory
    }

    /// The folder that `$CREDENTIALS_DIRECTORY` names.
    public static var fromEnvironment: Credentials {
        Credentials(directory: getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// The credential's bytes as they are (a line break that an editor left at the end is the reader's to judge).
    ///
    /// It is read anew at every call, so that a rotated credential is seen at a reload.
    /// - Throws: an error that names the credential and its path, and never what is in it.
    public func read(_ name: String) throws -> [UInt8] {
        guard Credentials.isValid(name) else {
            throw SystemdError(
                .credentialNameInvalid,
                "Credential name \(name.debugDescription) is not valid: 1 to 255 printable ASCII characters, no slash or colon, not . or .."
            )
        }
        guard let directory else {
            throw SystemdError(
                .credentialsNotPassed, "Credential \(name) was not passed: $CREDENTIALS_DIRECTORY is not set (LoadCredential=)")
        }
        return try Credentials.contents(of: "\(directory)/\(name)", credential: name)
    }

    /// systemd's own rule: a file's name that can also name a descriptor (credential_name_valid in its source).
    public static func isValid(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 255, name != ".", name != ".." else { return false }
        return name.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
    }

    /// The name of a credential out of a folder: systemd joins the folder's and the file's by underscores (LoadCredential=, systemd.exec(5)), so that
    /// `tokens/acme` lies in `tokens_acme`. A name without a folder, and what cannot be a path of such names, is as it is.
    public static func name(ofPath path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return parts.allSatisfy(isValid) ? parts.joined(separator: "_") : path
    }

    private static func contents(of path: String, credential name: String) throws -> [UInt8] {
        do throws(RegularFile.Failure) { return try RegularFile.read(path, limit: maximumSize) } catch {
            throw SystemdError(
                error.isTooLarge ? .credentialTooLarge : .credentialUnreadable, "Credential \(name) (\(path)) \(error.sentence)",
                errorNumber: error.errorNumber)
        }
    }
}
