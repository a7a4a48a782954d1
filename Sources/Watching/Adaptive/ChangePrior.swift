public import WhatsAppBusiness

/// What is supposed of a target before anything is known of it, and what a change of it is worth knowing.
public struct ChangePrior: Sendable, Equatable {
    /// Changes an hour, in the mean of all there are.
    public var perHour: Double
    /// How much more it is worth to know such a change than one of a profile as soon: what may be critical counts four times, what may be a warning twice
    /// (`Severity`).
    public var weight: Double

    /// How many changes the supposition counts for. Few: most targets hardly ever change, and a few have nearly all changes, so that one change says much.
    static let shape = 0.25

    /// What is supposed of one thing of a kind. These are no measurements, and what is seen soon outweighs them.
    public static func of(_ kind: Kind) -> ChangePrior {
        switch kind {
        case .account: ChangePrior(days: 14, weight: 4)
        case .subscribedApp: ChangePrior(days: 90, weight: 2)
        case .phoneNumber: ChangePrior(days: 7, weight: 4)
        case .messageTemplate: ChangePrior(days: 3, weight: 2)
        case .blockedUser: ChangePrior(days: 7, weight: 1)
        case .phoneNumberSettings, .commerceSettings, .qrCode: ChangePrior(days: 60, weight: 1)
        default: ChangePrior(days: 30, weight: 1)
        }
    }

    /// What is supposed of a target that shows so many things of these kinds.
    public static func of(_ kinds: [(kind: Kind, things: Int)]) -> ChangePrior {
        let parts = kinds.map { (prior: of($0.kind), things: Double(max($0.things, 1))) }
        let perHour = parts.reduce(0) { $0 + $1.prior.perHour * $1.things }
        let worth = parts.reduce(0) { $0 + $1.prior.perHour * $1.things * $1.prior.weight }
        return ChangePrior(perHour: perHour, weight: perHour > 0 ? worth / perHour : 1)
    }

    /// One change in so many days.
    private init(days: Double, weight: Double) { self.init(perHour: 1 / (days * 24), weight: weight) }

    private init(perHour: Double, weight: Double) {
        self.perHour = perHour
        self.weight = weight
    }
}
