import Changes
import Ledger

/// What of Meta's doing is known to be not as it was, for one target: it makes a complete poll `drifted`.
struct Drift: Sendable {
    /// Members that are not asked for, because Meta does not know them or does not give them.
    var leftOut = LeftOut()
    /// Members that Meta took from every number, if they are missing here too.
    var taken: Set<String> = []
    /// The version that Meta answers by, where it is not the one that was asked for.
    var upgraded: String?
    /// Members that Meta gives in some answers only.
    var unsteady: [String] = []
    /// What is held: see `Hold`.
    var hold = Hold()
    /// What a person calls the things.
    var plural = "things"
    /// What was odd about the answer.
    var odd: [String] = []
    /// Numbers that the configuration names.
    var named: Set<String> = []
    /// Numbers that the account shows, or did until it is certain that it does not any more.
    var shown: Set<String> = []
    /// What other watches over the same kind have told already.
    var echoes: Set<String> = []

    /// Whether there is any, as far as is known before an answer is compared.
    var isAny: Bool { leftOut != LeftOut() || !taken.isEmpty || !odd.isEmpty }

    /// What is known of it for a poll that asked for these fields: that another's was refused one of them is that one's to tell.
    func ofPoll(asking fields: Set<String>) -> Drift {
        var drift = self
        drift.leftOut = leftOut.without(fields)
        return drift
    }

    /// How a complete poll ended.
    func outcome(_ recording: Recording) -> Watch.Outcome {
        var drift = self
        drift.unsteady = recording.quorum.unsteady
        drift.hold = recording.hold
        drift.shown = recording.ids
        let outcome = drift.outcome(recording.drifted + recording.vanished.filter(taken.contains))
        return outcome == .complete && recording.quorum.isMissingAny ? .undecided : outcome
    }

    /// How a complete poll ended that these members were missing from.
    func outcome(_ missing: [String] = []) -> Watch.Outcome {
        let lost = Self.listed(leftOut.unknown.union(missing)).map { "Meta no longer gives \($0)" }
        let refused = Self.listed(leftOut.refused).map { "Meta refuses \($0)" }
        let flapping = Self.listed(Set(unsteady)).map { "Meta gives \($0) in some answers only" }
        let held = hold.missing.map { "\($0.things) of \($0.of) \(plural) are not shown" }
        let absent = Self.listed(named.subtracting(shown)).map { "the account does not show \($0), which phone_numbers names" }
        let reasons = [lost, refused, flapping].compactMap(\.self) + odd + [held, absent, upgraded].compactMap(\.self)
        guard !reasons.isEmpty else { return .complete }
        let reason = reasons.joined(separator: "; ")
        return .drifted(reason, isTold: echoes.contains(reason))
    }

    /// Names in a sentence; `nil` if there are none.
    private static func listed(_ names: Set<String>) -> String? {
        names.isEmpty ? nil : names.sorted().prefix(40).joined(separator: ", ") + (names.count > 40 ? " and others" : "")
    }
}
