public import WhatsAppBusiness

/// What Meta said of an account's token when it was asked last.
public struct TokenReport: Sendable, Equatable {
    /// When that was; `nil` where Meta did not say anything of the token.
    public var checkedAt: Timestamp?
    /// When the token ends; `nil` where it never does, or Meta does not say.
    public var expiresAt: Timestamp?
    /// When data can no longer be asked for with it.
    public var dataAccessExpiresAt: Timestamp?
    /// Its permissions, sorted; `nil` where Meta does not say.
    public var scopes: [String]?
    /// The permissions that are needed, or that were there, and are missing; sorted.
    public var missingScopes: [String]

    /// What Meta said; nothing where it did not.
    public init(
        checkedAt: Timestamp? = nil, expiresAt: Timestamp? = nil, dataAccessExpiresAt: Timestamp? = nil, scopes: [String]? = nil,
        missingScopes: [String] = []
    ) {
        self.checkedAt = checkedAt
        self.expiresAt = expiresAt
        self.dataAccessExpiresAt = dataAccessExpiresAt
        self.scopes = scopes
        self.missingScopes = missingScopes
    }
}

/// When Meta is asked about an account's token, and what came of it: at the beginning, after each change of the token and once a day. A pure decision.
///
/// The permissions that a token had are known as long as the process lives and the configuration stands: whoever takes one away on purpose reloads.
struct TokenHealth: Sendable {
    private enum Turn: Sendable, Equatable {
        case now
        case asking
        case later(Moment)
    }

    /// What is known; `nil` before the first answer.
    private(set) var report: TokenReport?
    private var turn = Turn.now
    /// Which of the account's tokens it is about.
    private var generation = 0
    private var known: Set<String> = []

    /// What is asked for once a day is asked for again this long after a failure.
    private static let day = Duration.seconds(86_400)
    private static let again = Duration.seconds(3600)
    /// So many permissions of a token are kept, and none that is longer.
    private static let most = 200

    /// Whether Meta is to be asked now; if so, nobody else does until it has answered.
    mutating func begin(now: Moment, generation: Int) -> Bool {
        if generation != self.generation {
            self.generation = generation
            turn = .now
        }
        switch turn {
        case .asking: return false
        case .later(let moment) where now < moment: return false
        case .now, .later:
            turn = .asking
            return true
        }
    }

    /// No request was to be had: the next poll asks.
    mutating func postpone() { turn = .now }

    /// Meta answered.
    /// - Parameter random: in `0..<1`; so many accounts that began together drift apart.
    mutating func on(_ inspection: TokenInspection, at time: Timestamp, now: Moment, random: Double) {
        let scopes = inspection.scopes?.filter { $0.utf8.count <= Self.most }.prefix(Self.most).sorted()
        var report = TokenReport(
            checkedAt: time, expiresAt: inspection.expiresAt, dataAccessExpiresAt: inspection.dataAccessExpiresAt, scopes: scopes)
        if let scopes {
            let needed = known.union([TokenInspection.managementScope])
            report.missingScopes = needed.subtracting(scopes).sorted()
            known.formUnion(scopes)
        }
        self.report = report
        turn = .later(now + Self.day * (0.9 + 0.1 * random))
    }

    /// There was no usable answer. What was known stands.
    /// - Parameter isFinal: whether Meta refuses to say: another try says nothing else.
    mutating func failed(isFinal: Bool, now: Moment, random: Double) {
        if report == nil { report = TokenReport() }
        turn = .later(now + (isFinal ? Self.day : Self.again) * (0.9 + 0.1 * random))
    }

    /// Another configuration is in force.
    mutating func reload() {
        known = []
        turn = .now
    }
}
