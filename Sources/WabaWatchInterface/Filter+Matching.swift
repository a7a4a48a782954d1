public import StrictJSON
public import WhatsAppBusiness

extension Filter {
    /// Whether a change is wanted.
    ///
    /// `fields` is compared with the change's own `fields`, which are empty where a whole thing came or went; such a change is wanted only if
    /// the empty pointer, the whole document, is among those asked for.
    public func matches(_ change: Change) -> Bool {
        matches(change.resourceID) && matches(operation: change.operation, severity: change.severity) && touches(change.fields)
    }

    /// Whether a thing's state is wanted, in a list or a snapshot.
    ///
    /// Only the lists that say which thing apply. `operations`, `fields` and `minimumSeverity` speak of changes and are passed over: who subscribes to
    /// the changes of one member with a snapshot wants the things that these changes will apply to.
    public func matches(_ resource: Resource) -> Bool { matches(resource.resourceID) }

    /// Whether a thing, by its identity, is wanted: what can be decided before anything is read or made.
    public func matches(_ id: ResourceID) -> Bool {
        (kinds.map { wanted in id.kind.known.map(wanted.contains) ?? false } ?? true)
            && (id.account == ResourceID.allAccounts || accounts?.contains(id.account) ?? true)
            && (phoneNumberIDs.map { wanted in id.phoneNumberID.map(wanted.contains) ?? false } ?? true)
            && (ids?.contains(id.id) ?? true)
    }

    /// Whether changes of this operation and severity are wanted.
    public func matches(operation: OpenEnum<ChangeOperation>, severity: OpenEnum<Severity>) -> Bool {
        (minimumSeverity.map { severity.level >= $0 } ?? true)
            && (operations.map { wanted in operation.known.map(wanted.contains) ?? false } ?? true)
    }

    /// Whether one of the members that differ stands at or below one that is asked for.
    public func touches(_ changed: [JSONPointer]) -> Bool {
        guard let fields else { return true }
        return fields.contains { wanted in wanted.names.isEmpty || changed.contains { wanted.isPrefix(of: $0) } }
    }
}
