import StrictJSON
public import WabaWatchInterface
public import WhatsAppBusiness

extension Change {
    /// What the thing was, as far as it differs, as a typed document. `nil` where there is no `before`; throws the member of another type.
    public func before<Typed: Document>(as type: Typed.Type) throws(DocumentError) -> Typed? {
        guard let before else { return nil }
        return try Typed(.object(before))
    }

    /// What the thing is, as far as it differs, as a typed document. `nil` where there is no `after`; throws the member of another type.
    public func after<Typed: Document>(as type: Typed.Type) throws(DocumentError) -> Typed? {
        guard let after else { return nil }
        return try Typed(.object(after))
    }
}

extension Resource {
    /// The document, typed. Throws the member of another type.
    public func document<Typed: Document>(as type: Typed.Type) throws(DocumentError) -> Typed { try Typed(.object(document)) }
}
