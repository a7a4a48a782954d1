/// What a configuration says of alarms otherwise than the table does, for all accounts or for one.
public struct AlarmSettings: Sendable, Equatable {
    /// What is said of the alarms of one name.
    public enum Rule: Sendable, Equatable {
        /// There are none.
        case never
        /// They begin and end when their condition has held, or been absent, for so long.
        case settle(Duration)
    }

    /// The names of alarms, of which each may have several things that it is of.
    public static let names = Set(AlarmName.allCases.map(\.rawValue))

    /// By the alarms' names, as `quality`; what is missing is as in the table.
    public var rules: [String: Rule]

    /// What is said of alarms; by itself nothing.
    public init(rules: [String: Rule] = [:]) { self.rules = rules }

    /// These, and where they say nothing of a name, what the others say of it.
    public func over(_ others: AlarmSettings) -> AlarmSettings { AlarmSettings(rules: others.rules.merging(rules) { $1 }) }
}
