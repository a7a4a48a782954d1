import WhatsAppBusiness

/// What is wrong with one account by what is known of it.
public struct AlarmAssessment: Sendable, Equatable {
    /// What is wrong, in the order of the ids; each id once.
    public private(set) var conditions: [AlarmCondition] = []
    /// Names of which nothing can be said yet, because what decides them has not been asked for: their alarms stay as they are.
    public private(set) var undecided: Set<AlarmName> = []
    /// After how long it may be another, though nothing changes but the time; `nil` for never.
    public private(set) var holdsFor: Duration?

    /// Nothing is wrong.
    public init() {}

    /// An assessment by its parts.
    public init(_ conditions: [AlarmCondition], undecided: Set<AlarmName> = [], holdsFor: Duration? = nil) {
        for condition in conditions { add(condition) }
        self.undecided = undecided
        self.holdsFor = holdsFor
    }

    /// Adds what is wrong. What several things show of one alarm is one condition, as urgent as the worst of them.
    mutating func add(_ condition: AlarmCondition) {
        let index = conditions.firstIndex { !($0.id < condition.id) } ?? conditions.endIndex
        guard index < conditions.endIndex, conditions[index].id == condition.id else {
            return conditions.insert(condition, at: index)
        }
        var (worse, other) = (conditions[index], condition)
        if other.severity > worse.severity { swap(&worse, &other) }
        worse.content = Set(worse.content).union(other.content).sorted()
        conditions[index] = worse
    }

    /// A number is not there any more, and nothing is wrong with it.
    mutating func forget(number id: String) { conditions.removeAll { $0.id.phoneNumberID == id } }

    mutating func doubt(_ names: AlarmName...) { undecided.formUnion(names) }

    /// It may be another after that.
    mutating func look(after time: Duration) {
        guard time > .zero else { return }
        holdsFor = min(holdsFor ?? time, time)
    }

    /// It may be another at that moment of the wall clock.
    mutating func look(at moment: Timestamp, from now: Timestamp) { look(after: .milliseconds(moment.milliseconds - now.milliseconds)) }
}
