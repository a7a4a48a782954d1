public import StrictJSON
public import WhatsAppBusiness

/// What somebody's action may have changed. A change that it claims is told with the origin `command` and who it was, whichever poll sees it.
public struct ActionCause: Sendable, Equatable {
    /// Who acted, as a change says it: `alice (1000)`.
    public var actor: String
    /// What shows the change.
    public var target: PollTarget
    /// The things, by their ids; `nil` for whatever thing.
    public var ids: Set<String>?
    /// What happens to them.
    public var operations: Set<ChangeOperation>
    /// The members that may differ; empty for whatever member.
    public var members: Set<String>
    /// What a thing that is added must show: its id is not known.
    public var shows: JSONObject

    /// A cause.
    public init(
        actor: String, target: PollTarget, ids: Set<String>?, operations: Set<ChangeOperation>, members: Set<String> = [],
        shows: JSONObject = [:]
    ) {
        self.actor = actor
        self.target = target
        self.ids = ids
        self.operations = operations
        self.members = members
        self.shows = shows
    }

    /// Whether a change of the target's things is the action's doing.
    func claims(_ change: DetectedChange) -> Bool {
        // What a reload did is somebody else's.
        guard change.origin == .poll, let operation = change.operation.known, operations.contains(operation),
            ids?.contains(change.resource.id) ?? true
        else { return false }
        switch operation {
        case .changed: return members.isEmpty || change.fields.contains { $0.names.first.map(members.contains) ?? false }
        case .added: return shows.allSatisfy { change.after?[$0.name] == $0.value }
        default: return true
        }
    }

    /// Whether the action took a thing away, as far as anybody knows.
    func claims(removalOf id: String) -> Bool { operations.contains(.removed) && (ids?.contains(id) ?? true) }
}

extension [ActionCause] {
    /// A change with its cause, where one of these claims it: the one that came last.
    func attributing(_ change: DetectedChange) -> DetectedChange {
        guard let cause = last(where: { $0.claims(change) }) else { return change }
        var change = change
        change.origin = OpenEnum(.command)
        change.actor = cause.actor
        return change
    }
}
