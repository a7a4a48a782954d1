import Changes
import GraphAPI
import StrictJSON
import WhatsAppBusiness

/// What a target shows, as one number: the same things in whatever form have the same, and others another.
struct RideMark: Sendable, Hashable {
    private let value: UInt64

    /// The mark of what was seen of a target.
    init(_ observation: Observation) {
        var lines = observation.items.map { item in "\(JSONValue.string(item.id)) \(JSONValue.object(observation.canonical(item)))" }
        lines += observation.ids.map { "\(JSONValue.string($0))" }
        let bytes = Digest(of: Array(lines.sorted().joined(separator: "\n").utf8)).bytes
        value = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// What is known of one target's things from its own edge, and from what rode. A pure decision.
struct RideMarks: Sendable, Equatable {
    /// What the rides of a target's things say.
    enum Verdict: Sendable, Equatable {
        /// What its own edge said.
        case agrees
        /// Another thing.
        case differs
        /// Its own edge has not said anything yet.
        case unknown
    }

    /// What a plain answer says of what rode.
    enum Judgement: Sendable, Equatable {
        case nothing
        /// It shows what rode and was in question.
        case agrees
        /// It shows what it showed before, and not what rode.
        case contradicts
    }

    /// What rode last where that was another thing, on which host, and when it came.
    struct Doubt: Sendable, Equatable {
        var mark: RideMark
        var host: Kind
        var since: Moment
    }

    /// It is rare: it stands in a place of its own.
    private indirect enum Storage: Sendable, Equatable {
        case none
        case some(Doubt)
    }

    /// What its own edge showed last, and when that came.
    private(set) var plain: RideMark?
    private var plainAt = Moment(nanoseconds: 0)
    private var storage = Storage.none

    /// What is in question: what its own edge shows decides.
    var doubt: Doubt? { if case .some(let doubt) = storage { doubt } else { nil } }

    /// What rode is this. An answer that was asked for before its own edge's came may be older than that, and says nothing.
    mutating func rode(_ mark: RideMark, with host: Kind, asked: Moment, now: Moment) -> Verdict {
        guard let plain, asked >= plainAt else { return .unknown }
        storage = plain == mark ? .none : .some(Doubt(mark: mark, host: host, since: now))
        return plain == mark ? .agrees : .differs
    }

    /// Its own edge shows this; `nil` where that cannot be compared. An answer that was asked for before there was a doubt does not end it.
    mutating func polled(_ mark: RideMark?, asked: Moment, now: Moment) -> Judgement {
        let before = plain
        plain = mark
        plainAt = now
        guard let doubt, let mark else { return .nothing }
        guard mark == doubt.mark || asked >= doubt.since else { return .nothing }
        storage = .none
        if mark == doubt.mark { return .agrees }
        return mark == before ? .contradicts : .nothing
    }
}
