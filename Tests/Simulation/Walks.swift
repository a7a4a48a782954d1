import Changes
import Watching
import WhatsAppBusiness

/// One walk of the watcher over a unit's pages, as Meta saw it.
struct Walk {
    var target: PollTarget
    /// Which life of the watcher asked.
    var life: Int
    /// From the first request's coming to the last one's.
    var span: Span
    /// When the last answer was back; `nil` until then, and for good if the life ended before.
    var delivered: Moment?
    /// Whether the last page was given and nothing failed behind it.
    var isComplete = false
    /// Whether what was given is one list without a thing twice.
    var isExact = true
    /// Whether a thing came twice.
    var hasRepeats = false
    /// Whether the list changed while cursors named places in it, so that a thing may have been jumped over.
    var mayHaveShifted = false
    /// Whether the list was not shown whole although it seemed so.
    var isPartial = false
    /// Whether that was so from its first page on: a poll is cut short as a whole.
    var isCut = false
    /// Things that the list slipped past.
    var jumped: Set<String> = []
    /// Things that were shown and cannot be read.
    var unreadable: Set<String> = []
    /// Whether a thing without an id was among the others.
    var hasStray = false
    /// Whether something odd was in the answer.
    var isOdd = false
    /// Members that none of its things had, although they have them.
    var lacking: Set<String> = []
    /// Whether a page had a `next`.
    var sawNext = false
    /// What went wrong last.
    var trouble: Trouble?
    /// What the request named; it is no poll where the next one names something else at once.
    var named: Set<String> = []
    /// The members that were asked for.
    var asked: Set<String>
    /// What was given.
    var served: Set<String> = []
    /// How many requests it has made.
    var requests = 0
    /// What was given page by page.
    var pages: [[String]] = []

    /// Whether it ended with its first page for want of calls.
    var isGivenUp = false
    /// Whether it may have.
    var mayBeGivenUp = false

    /// Whether the first page was asked for and given, and nothing else: as of a list that comes newest first.
    var isFirstPage: Bool {
        target.kind == .blockedUser && !isGivenUp && requests == 1 && pages.count == 1 && !isComplete && !hasRepeats && !hasStray
            && trouble == nil && delivered != nil
    }

    /// Whether the watcher had the last answer by a moment.
    func isDelivered(by moment: Moment) -> Bool { delivered.map { $0 <= moment } ?? false }
}

/// Every walk of a run, in the order in which they began.
struct Walks {
    private(set) var all: [Walk] = []
    /// When the token was refused to a request that belongs to no walk, and which life had made it.
    var refusals: [(account: String, time: Moment, life: Int)] = []
    private var latest: [PollTarget: Int] = [:]

    /// Takes a request; one for the first page begins a walk.
    mutating func request(_ target: PollTarget, isFirst: Bool, asked: Set<String>, life: Int, at now: Moment) {
        if isFirst || latest[target] == nil {
            latest[target] = all.count
            all.append(Walk(target: target, life: life, span: Span(start: now, end: now), asked: asked))
        }
        update(target) { walk in
            walk.span.end = now
            walk.requests += 1
            walk.isComplete = false
            walk.delivered = nil
        }
    }

    /// Changes the walk that is under way.
    mutating func update(_ target: PollTarget, _ body: (inout Walk) -> Void) {
        guard let index = latest[target] else { return }
        body(&all[index])
    }

    /// Two walks that showed the same, though things came twice, are as good as one in which nothing did.
    mutating func agree(_ target: PollTarget) {
        guard let index = latest[target], all[index].isComplete, !all[index].isExact,
            let before = all[..<index].last(where: { $0.target == target }), before.isComplete, before.life == all[index].life,
            before.hasRepeats, before.served == all[index].served
        else { return }
        all[index].isExact = true
        all[index].mayHaveShifted = true
    }

    /// The life that asks for the walk that is under way.
    func life(of target: PollTarget) -> Int? { latest[target].map { all[$0].life } }

    /// The place of the walk that is under way.
    func index(of target: PollTarget) -> Int? { latest[target] }

    /// The answer is back.
    mutating func delivered(_ index: Int, at now: Moment) { all[index].delivered = now }
}
