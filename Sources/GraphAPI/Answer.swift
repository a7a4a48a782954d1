public import StrictJSON

/// An answer of the API, without secrets.
public struct Answer: Sendable {
    /// The status: 200.
    public let status: Int
    /// The body; `null` if nothing changed.
    public internal(set) var body: JSONValue
    /// The digest of the body as it came.
    public internal(set) var digest: Digest?
    /// Whether the answer's bytes are those whose digest was given.
    public let notModified: Bool
    /// How much of the budget is used, if the answer tells it.
    public let usage: Usage?
    /// The version that answered (`facebook-api-version`).
    public let apiVersion: String?
    /// What Meta says about a version that it no longer serves (`x-ad-api-version-warning`).
    public let versionWarning: String?
}
