import Watching
import WhatsAppBusiness

/// What was told: how many changes of watches, of alarms and of anything else, and what the first of them said.
public struct StormNews: Sendable, Equatable {
    /// How many changes of watches.
    public internal(set) var watches = 0
    /// How many changes of alarms.
    public internal(set) var alarms = 0
    /// How many other changes.
    public internal(set) var others = 0
    /// What was told of watches and alarms, as far as it is shown to a person.
    public private(set) var lines: [String] = []

    private static let longest = 12

    mutating func add(_ resource: ResourceID, _ summary: String) {
        switch resource.kind.known {
        case .watch: watches += 1
        case .alarm: alarms += 1
        default: return addOthers(1)
        }
        if lines.count < Self.longest { lines.append("\(resource.kind.rawText) \(resource.account)/\(resource.id): \(summary)") }
    }

    mutating func addOthers(_ count: Int) { others += count }

    /// The same number of each, whatever they said.
    func counts(_ watches: Int, _ alarms: Int, _ others: Int) -> Bool {
        (self.watches, self.alarms, self.others) == (watches, alarms, others)
    }
}

/// One cause of trouble for many things at once, that begins and ends: how much of it is told.
public struct Storm: Sendable {
    /// What happens, in a few words.
    public let name: String
    /// How many accounts are watched, and how many numbers each has.
    public let accounts: Int
    public let numbers: Int
    let cause: StormCause
    var ceiling = CallBudget.Ceiling.fixed(100_000)
    /// How long it lasts, and how long is waited for its end to be told.
    var duration = Duration.seconds(7200)
    var rest = Duration.seconds(7200)
    /// How many changes of watches and other things tell of its beginning, and as many of its end; there is one alarm.
    var watches = 1
    var others = 0

    /// The storms that are promised to be told once; in CI with fewer accounts.
    public static func all(short: Bool) -> [Storm] {
        [
            Storm(name: "uplink gone", accounts: short ? 40 : 1000, numbers: short ? 5 : 20, cause: .uplink, rest: .seconds(3600)),
            Storm(name: "Meta answers by 503 for a day", accounts: 3, numbers: 5, cause: .down, duration: .seconds(86_400)),
            Storm(name: "an account throttled", accounts: 3, numbers: 20, cause: .throttled(account: 1)),
            Storm(name: "a token refused", accounts: 3, numbers: 20, cause: .tokenRefused(account: 1)),
            Storm(
                name: "an edge forbidden", accounts: 2, numbers: 20,
                cause: .forbidden(account: 1, number: 3, edge: "whatsapp_business_profile")),
            Storm(
                name: "five edges of a number forbidden", accounts: 2, numbers: 5, cause: .forbidden(account: 1, number: 3, edge: nil),
                duration: .seconds(8 * 3600), rest: .seconds(8 * 3600)),
            Storm(
                name: "a budget for half", accounts: 2, numbers: 20, cause: .shortage(account: 1), ceiling: .fixed(1000),
                duration: .seconds(6 * 3600), rest: .seconds(8 * 3600)),
            // What changes is told of every number, at once.
            Storm(name: "a business limited", accounts: 2, numbers: 21, cause: .limitedBusiness(account: 1), watches: 0, others: 21),
        ]
    }

    /// What came of one.
    public struct Outcome: Sendable {
        /// What was told of its beginning and while it lasted, and of its end and after it.
        public let began: (socket: StormNews, journal: StormNews)
        public let ended: (socket: StormNews, journal: StormNews)
        /// How many requests Meta was sent.
        public let requests: Int
        /// What is not as it is promised.
        public let complaints: [String]
    }

    /// Has it begin in a world in which everything has been polled, and end.
    public func play() throws -> Outcome {
        let world = try StormWorld(accounts: accounts, numbers: numbers, ceiling: ceiling)
        // All first polls are over after this.
        world.run(for: .seconds(3600))
        let before = world.takeNews()
        world.meta.cause = cause
        world.run(for: duration)
        let began = world.takeNews()
        world.meta.cause = nil
        world.run(for: rest)
        let ended = world.takeNews()
        var complaints: [String] = []
        // The first polls are told, and nothing is wrong.
        let kinds = 3 + 5 * numbers
        for (place, news) in [("socket", before.socket), ("journal", before.journal)] where !news.counts(0, 0, accounts * (kinds + 1)) {
            complaints.append("\(place), before: \(news)")
        }
        for (time, told) in [("beginning", began), ("end", ended)] {
            for (place, news) in [("socket", told.socket), ("journal", told.journal)] where !news.counts(watches, 1, others) {
                complaints.append("\(place), \(time): \(news)")
            }
        }
        if let failure = world.failure { complaints.append("the watcher ended: \(failure)") }
        let requests = world.meta.requests
        world.end()
        return Outcome(began: began, ended: ended, requests: requests, complaints: complaints)
    }
}
