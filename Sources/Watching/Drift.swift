import Changes
import Ledger

/// What of Meta's doing is known to be not as it was, for one unit: it makes a complete look `drifted`.
struct Drift: Sendable {
    /// Members that Meta does not know, and are therefore not asked for.
    var dropped: Set<String> = []
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
    /// What other watches over the same kind have told already.
    var echoes: Set<String> = []

    /// How a complete look ended.
    func outcome(_ recording: Recording) -> Watch.Outcome {
        var drift = self
        drift.unsteady = recording.quorum.unsteady
        drift.hold = recording.hold
        return drift.outcome(recording.drifted + recording.vanished.filter(taken.contains))
    }

    /// How a complete look ended that these members were missing from.
    func outcome(_ missing: [String] = []) -> Watch.Outcome {
        let lost = dropped.union(missing).sorted()
        let flapping = unsteady.isEmpty ? nil : "Meta gives \(unsteady.joined(separator: ", ")) in some answers only"
        let held = hold.missing.map { "\($0.things) of \($0.of) \(plural) are not shown" }
        let reasons = [lost.isEmpty ? nil : "Meta no longer gives \(lost.joined(separator: ", "))", flapping, held, upgraded]
            .compactMap(\.self)
        guard !reasons.isEmpty else { return .complete }
        let reason = reasons.joined(separator: "; ")
        return .drifted(reason, isTold: echoes.contains(reason))
    }
}
