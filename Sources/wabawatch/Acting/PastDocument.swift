import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What a thing's document was, found by taking back what changed since. A pure decision.
struct PastDocument: Equatable {
    /// The document as it was; `nil` where the thing was not there.
    private(set) var document: JSONObject?

    /// The present document, or `nil` where the thing is gone.
    init(present: JSONObject?) { document = present }

    /// Takes back a change, the newest first.
    /// - Throws: where it is not known what was before it.
    mutating func takeBack(_ change: Change) throws {
        switch change.operation.known {
        case .added: document = nil
        case .removed: document = change.before
        case .changed:
            var object = document ?? JSONObject()
            for field in change.fields { object.put(change.before.flatMap { $0.find(field.names[...]) }, at: field.names[...]) }
            document = object
        case .baseline:
            throw Failure(
                "the state of \(change.id) at that time is unknown: it, or some of its members, were first polled at \(change.observedAt)")
        case .reported, nil: break
        }
    }
}

extension JSONObject {
    /// The value at a place of names; `nil` where there is none.
    fileprivate func find(_ names: ArraySlice<String>) -> JSONValue? {
        guard let name = names.first, let value = self[name] else { return nil }
        return names.count == 1 ? value : value.object?.find(names.dropFirst())
    }

    /// Sets the value at a place, or takes it away; objects on the way are made, and stay.
    fileprivate mutating func put(_ value: JSONValue?, at names: ArraySlice<String>) {
        guard let name = names.first else { return }
        if names.count == 1 { return self[name] = value }
        var inner = self[name]?.object ?? JSONObject()
        inner.put(value, at: names.dropFirst())
        self[name] = inner.isEmpty && value == nil ? nil : .object(inner)
    }
}
