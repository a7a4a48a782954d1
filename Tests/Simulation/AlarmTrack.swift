import Watching
import WhatsAppBusiness

/// One alarm as a history is gone through: whether its condition holds by what is known, and what was told of it.
struct AlarmTrack {
    /// Which alarm of which account.
    struct Place: Hashable, CustomStringConvertible {
        var account: String
        var id: String
        var name: String { AlarmConditions.name(of: id) }
        var description: String { "\(account)/\(id)" }
    }

    /// One time in which a condition held, or did not.
    private struct Phase {
        var isWrong: Bool
        var since: Moment
    }

    /// What the condition is, the last phase at the end; empty while nothing can be said.
    private var phases: [Phase]
    /// When the condition began to hold, also where nothing could be said in between.
    private var beginnings: [Moment] = []
    /// How urgent it is, and since when.
    private(set) var urgency: Severity?
    private(set) var urgentSince: Moment
    /// How urgent the alarm is that there is.
    private(set) var stored: Severity?
    /// When the alarm was told, and by which life.
    private(set) var told: [(time: Moment, life: Int)] = []
    /// Whether it was complained of: once is enough.
    var isFaulty = false

    init(at now: Moment) {
        phases = [Phase(isWrong: false, since: Moment(nanoseconds: 0))]
        urgentSince = now
    }

    /// Whether its condition holds; `nil` where nothing can be said.
    var isWrong: Bool? { phases.last?.isWrong }
    /// Since when that is so.
    var since: Moment { phases.last?.since ?? urgentSince }
    /// When it was told last.
    var lastTold: Moment? { told.last?.time }

    /// Since when that is so but for what a reader may have missed: pauses that were shorter than that.
    func since(missing lag: Duration) -> Moment {
        var place = phases.count - 1
        var since = self.since
        while place > 1, phases[place].since - phases[place - 1].since < lag {
            place -= 2
            since = phases[place].since
        }
        return since
    }

    /// Whether it has been so for as long as it has to, but for pauses that were too short to count: what was settled before them still is.
    /// - Parameter pauses: how long it has to be otherwise before that counts.
    func hasSettled(_ settle: Duration, pauses: Duration, missing lag: Duration, at now: Moment) -> Bool {
        let enough = settle + .seconds(-1)
        if now - since(missing: lag) >= enough { return true }
        var place = phases.count - 1
        while place > 1, phases[place].since - phases[place - 1].since < pauses {
            if phases[place - 1].since - phases[place - 2].since >= enough { return true }
            place -= 2
        }
        return false
    }

    /// Since when the phase before this one was.
    var sinceBefore: Moment? { phases.count > 1 ? phases[phases.count - 2].since : nil }

    /// The phase before this one: how long it lasted.
    var lastedBefore: Duration? { phases.count > 1 ? since - phases[phases.count - 2].since : nil }

    /// How often the condition began in a time.
    func begins(after moment: Moment) -> Int { beginnings.count { $0 > moment } }

    /// How often it was told in a time.
    func tellings(after moment: Moment, life: Int? = nil) -> Int { told.count { $0.time > moment && (life == nil || $0.life == life) } }

    /// Takes what is known of its condition now.
    mutating func take(_ isWrong: Bool?, _ urgency: Severity?, at now: Moment) {
        if let isWrong {
            if isWrong, self.isWrong != true { beginnings.append(now) }
            if isWrong != self.isWrong { phases.append(Phase(isWrong: isWrong, since: now)) }
        } else {
            phases = []
        }
        guard urgency != self.urgency else { return }
        (self.urgency, urgentSince) = (urgency, now)
    }

    mutating func tell(_ severity: Severity?, at now: Moment, life: Int) {
        stored = severity
        told.append((now, life))
    }
}
