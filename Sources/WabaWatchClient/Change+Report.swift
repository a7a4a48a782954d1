public import StrictJSON
public import WabaWatchInterface
public import WhatsAppBusiness

// What a webhook reported stands in a change of its own, as it came: `{"field": "account_update", "value": {…}}`. The snapshot does not follow it.

extension Change {
    /// The field of the webhook that this change is a report of, such as `account_update`; `nil` for every other change.
    public var reportedField: String? { operation == .reported ? after?["field"]?.string : nil }

    /// What the webhook said of its field, as it came; `nil` for every other change.
    public var reportedValue: JSONValue? { operation == .reported ? after?["value"] : nil }

    /// What the webhook said of its field, as a typed document; `nil` for every other change, and where it said something that is no object.
    public func reportedValue<Typed: Document>(as type: Typed.Type) -> Typed? { reportedValue?.object.map(Typed.init(checked:)) }
}

/// What a webhook reported, in its type.
public struct ReportedUpdate<Update: Document>: Sendable {
    /// The change that it is a part of.
    public let change: Change
    /// What the webhook said; a member of another type than expected is `nil`.
    public let update: Update
}
