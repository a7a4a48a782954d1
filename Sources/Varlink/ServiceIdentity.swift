/// What a service says of itself in `org.varlink.service.GetInfo`.
public struct ServiceIdentity: Sendable {
    /// Who makes it.
    public var vendor: String
    /// What it is.
    public var product: String
    /// Its version.
    public var version: String
    /// Where to read about it.
    public var url: String

    /// An identity.
    public init(vendor: String, product: String, version: String, url: String) {
        self.vendor = vendor
        self.product = product
        self.version = version
        self.url = url
    }
}
