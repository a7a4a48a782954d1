import StrictJSON
public import WabaWatchInterface
public import WhatsAppBusiness

// What Meta sends is recorded as it came, members of other types than expected with the rest: such a member is `nil`, and takes no other with it.

extension Change {
    /// What the thing was, as far as it differs, as a typed document. `nil` where there is no `before`.
    public func before<Typed: Document>(as type: Typed.Type) -> Typed? { before.map(Typed.init(checked:)) }

    /// What the thing is, as far as it differs, as a typed document. `nil` where there is no `after`.
    public func after<Typed: Document>(as type: Typed.Type) -> Typed? { after.map(Typed.init(checked:)) }
}

extension Resource {
    /// The document, typed.
    public func document<Typed: Document>(as type: Typed.Type) -> Typed { Typed(checked: document) }
}
