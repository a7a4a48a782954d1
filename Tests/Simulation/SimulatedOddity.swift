import TestTools

/// An odd thing that a run's world may do beside its plain troubles; each can be turned on alone.
public enum SimulatedOddity: String, Sendable, CaseIterable {
    /// Members of another type than Meta's documents say, in some thing.
    case oddMembers = "odd-members"
    /// Half a surrogate pair in a text.
    case halfPairs = "half-pairs"
    /// Texts with NUL, marks of direction and what else texts seldom hold.
    case oddTexts = "odd-texts"
    /// An item of a list has no id.
    case withoutID = "without-id"
    /// A subscribed app that cannot be read.
    case unreadableApps = "unreadable-apps"
    /// A field is refused: by permission, as deprecated, named or not.
    case refusedFields = "refused-fields"
    /// Pages are too large for Meta.
    case largeAnswers = "large-answers"
    /// Usage headers speak of other types and other accounts.
    case foreignUsage = "foreign-usage"
    /// A 304 that nobody asked for.
    case notModified = "not-modified"
    /// One refusal, and good answers again.
    case spuriousRefusals = "spurious-refusals"
    /// Errors of any code that say that they pass.
    case passingRefusals = "passing-refusals"
    /// Answers about another thing, wrapped in another, or without anything that was asked for.
    case wrongThings = "wrong-things"
    /// Lists that are empty, or half of what they are, once or for a time.
    case emptyAnswers = "empty-answers"
    /// Lists that slip by one while they are paged.
    case shiftingLists = "shifting-lists"
    /// The same things, written in another way.
    case otherForms = "other-forms"
    /// A member inside a member that is given no more.
    case nestedDrift = "nested-drift"
    /// A member that is missing from every other answer.
    case flappingMembers = "flapping-members"
    /// Many things go at once, in truth.
    case massRemovals = "mass-removals"
    /// The ledger is put back from a copy.
    case restoredLedgers = "restored-ledgers"

    /// What it adds to the troubles that answers may be.
    var troubles: [Trouble] {
        switch self {
        case .notModified: [.notModified]
        case .passingRefusals: [.passingRefusal]
        case .wrongThings: [.wrongThing]
        default: []
        }
    }

    /// How often an hour it begins anew, where it is something that begins.
    var perHour: Double {
        switch self {
        case .spuriousRefusals: 8
        case .emptyAnswers, .oddMembers, .oddTexts, .otherForms: 4
        case .largeAnswers, .withoutID, .unreadableApps, .flappingMembers, .nestedDrift, .refusedFields: 3
        default: 0
        }
    }
}

extension Scenario {
    /// Adds odd things: those that are said, and nothing else that is troublesome, or whatever the seed decides.
    mutating func add(_ only: Set<SimulatedOddity>?, _ seed: UInt64) {
        // The plain part of a seed is the same with and without them.
        var dice = SeededGenerator(spreading: seed ^ 0x0DD_0DD_0DD)
        if let only {
            oddities = only
            isAlone = true
            (troublesPerHour, driftsPerHour, kills, clockJumps, pollsPerHour, reloadsPerHour) = (0, 0, 0, 0, 0, 0)
            troubles = []
        } else if dice.chance(0.6) {
            let all = SimulatedOddity.allCases.filter { $0 != .massRemovals || dice.chance(0.1) }
            oddities = Set(dice.shuffle(all).prefix(dice.pick([1, 1, 2, 4, all.count])))
        }
        let more = oddities.sorted { $0.rawValue < $1.rawValue }.flatMap(\.troubles)
        troubles += more
        if !more.isEmpty { troublesPerHour = max(troublesPerHour, 5) }
        if oddities.contains(.massRemovals) { busy += .seconds(4 * 3600) }
        if oddities.contains(.refusedFields) { restartsAtEnd = true }
    }
}
