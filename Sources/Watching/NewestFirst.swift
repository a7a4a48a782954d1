import GraphAPI
import WhatsAppBusiness

/// Whether the things of a list come newest first, and what its first page showed: then that page alone decides most turns. A pure decision.
///
/// Meta does not say in what order blocked users come, so that only evidence counts: whole sweeps by cursor. Two that show something new, all of it before
/// everything that was known, and what was known in its order, make it hold. Something new behind something known refuses it until a reload. While it holds,
/// what goes from the first page is seen at once, and what goes from another by the next whole sweep, of which there is one within `full_sweep`. Kept in
/// memory alone.
struct NewestFirst: Sendable {
    /// What is known of the order.
    enum Standing: Sendable, Equatable {
        /// So many whole sweeps said that it holds, fewer than are enough.
        case unknown(evidence: Int)
        case holds
        case refused
    }

    /// A first page.
    struct FirstPage: Sendable, Equatable {
        /// Its keys as they came.
        var keys: IDList
        /// What its bytes are known again by.
        var digest: Digest?
    }

    /// What a first page says beside the one before it.
    enum Verdict: Sendable, Equatable {
        /// The same.
        case unchanged
        /// What is new stands in front, and behind it all is as it was, as far as the page goes.
        case continues
        /// Something was taken away or stands elsewhere, or nothing on it is known: all pages have to be read.
        case unclear
    }

    /// A whole sweep of a list of several pages.
    struct Shown: Sendable {
        /// All keys, in order.
        var keys: IDSet
        var first: FirstPage
        var pages: Int
    }

    private static let enough = 2

    private(set) var standing = Standing.unknown(evidence: 0)
    /// What the first page showed last; `nil` where the next sweep has to be whole.
    private(set) var page: FirstPage?
    private var pages = 1
    private var sweptAt = Moment(nanoseconds: 0)
    /// The part of its time that a whole sweep comes earlier by, so that many lists drift apart.
    private var lead = 0.0

    /// What a turn needs to know of its first page to be decided by it; `nil` where everything is swept.
    func turn(now: Moment, every: Duration, fullSweep: Duration) -> FirstPage? {
        guard standing == .holds, now - sweptAt < rest(every, fullSweep) else { return nil }
        return page
    }

    /// A whole sweep was recorded.
    /// - Parameters:
    ///   - added: what of it was not known before.
    ///   - lead: the part of its time that the next one is to come earlier by.
    mutating func on(_ shown: Shown, added: Set<String>, now: Moment, lead: Double) {
        judge(shown, added)
        page = standing == .refused ? nil : shown.first
        pages = shown.pages
        sweptAt = now
        self.lead = lead
    }

    /// A turn was decided by this first page, and is recorded.
    mutating func on(_ page: FirstPage) { if standing == .holds { self.page = page } }

    /// Something was odd, or another configuration is in force: the next sweep is whole, and is compared with none before it.
    mutating func startOver(isReload: Bool) {
        page = nil
        if isReload, standing == .refused { standing = .unknown(evidence: 0) }
    }

    /// How many requests a turn takes on the average, rounded up: one, and its share of a whole sweep. The plan counts with it, so that it does not go up and
    /// down with each of these. `nil` where each turn is whole.
    func requests(every: Duration, fullSweep: Duration) -> Int? {
        guard standing == .holds else { return nil }
        let turns = max(1, Double(rest(every, fullSweep).nanoseconds) / Double(max(1, every.nanoseconds)))
        return 1 + Int((Double(pages - 1) / turns).rounded(.up))
    }

    /// How long after a whole sweep first pages decide: one more turn may pass before the next, and what that misses is confirmed by the turn after, within
    /// `fullSweep`. A turn may be a quarter of an interval late.
    private func rest(_ every: Duration, _ fullSweep: Duration) -> Duration {
        let longest = max(0, fullSweep.nanoseconds - every.nanoseconds * 5 / 2)
        return .nanoseconds(Int64(Double(longest) * (1 - min(max(lead, 0), 0.5))))
    }

    private mutating func judge(_ shown: Shown, _ added: Set<String>) {
        guard standing != .refused, let before = page else { return }
        guard shown.keys.prefix(added.count).allSatisfy(added.contains) else { return standing = .refused }
        let kept = before.keys.filter { shown.keys.contains($0) }
        guard shown.keys.dropFirst(added.count).starts(with: kept) else {
            // Who is blocked anew comes to the front. Where most have other neighbours there is no order.
            let places = kept.map { Self.place(of: $0, in: shown.keys) }
            let torn = zip(places, places.dropFirst()).count { $1 != $0 + 1 }
            if torn * 2 >= kept.count { standing = .refused }
            return
        }
        guard !added.isEmpty, !kept.isEmpty, case .unknown(let evidence) = standing else { return }
        standing = evidence + 1 < Self.enough ? .unknown(evidence: evidence + 1) : .holds
    }

    private static func place(of key: String, in keys: IDSet) -> Int {
        var key = key
        return key.withUTF8 { keys.index(of: UnsafeRawBufferPointer($0)) } ?? -1
    }
}

extension NewestFirst.FirstPage {
    /// What the page says that came after this one, where more pages follow it.
    func verdict(on page: IDList) -> NewestFirst.Verdict {
        if page == keys { return .unchanged }
        let known = IDSet(keys)
        var shown = IDSet()
        guard shown.insert(page) == page.count, !shown.hasTwins else { return .unclear }
        let new = page.prefix { !known.contains($0) }.count
        // A page that became shorter may have lost its end, and one that became longer shows what nobody can compare.
        guard new < page.count, keys.count...keys.count + new ~= page.count,
            page.dropFirst(new).elementsEqual(keys.prefix(page.count - new))
        else { return .unclear }
        return .continues
    }
}
