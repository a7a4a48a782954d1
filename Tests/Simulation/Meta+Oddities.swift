import Changes
import GraphAPI
import StrictJSON
import TestTools
import Watching
import WhatsAppBusiness

extension Meta {
    /// What is odd in an account at present.
    struct Odd {
        /// Answers that the next requests get instead of theirs.
        var once: [Trouble] = []
        /// Lists that are not shown whole, until then or for so many polls.
        var partial: [PollTarget: (share: Double, until: Moment, looks: Int)] = [:]
        /// A page of a kind may hold so many things.
        var largest: (kind: Kind, limit: Int)?
        /// A list of that kind has an item without an id.
        var withoutID: Kind?
        /// An app that cannot be read, and what stands there instead.
        var unreadable: (id: String, value: JSONValue?)?
        /// A member that every other answer lacks.
        var flapping: (kind: Kind, member: String)?
        /// How a field is refused.
        var refusal = 0
    }

    func has(_ oddity: SimulatedOddity) -> Bool { oddities.contains(oddity) }

    /// Something odd begins.
    func begin(_ oddity: SimulatedOddity, busyFor rest: Duration) {
        let account = dice.pick(accounts)
        let lasts = min(dice.time(.seconds(30)...(.seconds(dice.pick([300, 1500, 2400])))), rest)
        switch oddity {
        case .spuriousRefusals: account.odd.once.append(dice.pick([.forbidden, .policy, .notFound, .unauthorized]))
        case .emptyAnswers: beginPartial(account, lasts)
        case .largeAnswers:
            account.odd.largest = (dice.pick([.phoneNumber, .messageTemplate]), dice.pick([60, 10, 3]))
            stage.after(lasts) { account.odd.largest = nil }
        case .withoutID:
            account.odd.withoutID = dice.pick([.phoneNumber, .messageTemplate, .qrCode, .blockedUser])
            stage.after(lasts) { account.odd.withoutID = nil }
        case .unreadableApps:
            guard let app = (account.things[.subscribedApp] ?? []).randomElement(&dice) else { return }
            account.odd.unreadable = (app.id, dice.pick([nil, .null, "cannot be shown", [], [:], 7]))
            stage.after(lasts) { account.odd.unreadable = nil }
        case .flappingMembers: beginFlapping(account, lasts)
        case .nestedDrift: beginNested(account, lasts)
        case .refusedFields:
            guard account.unknown == nil else { return }
            account.odd.refusal = dice.number(1...8)
            drift(for: lasts, isUnknown: true, of: account)
        case .oddMembers, .oddTexts: makeOdd(oddity, account)
        default: break
        }
        stage.note("\(oddity.rawValue) begin in \(account.plan.name)")
    }

    private func beginPartial(_ account: Account, _ lasts: Duration) {
        let kinds: [Kind] = [.phoneNumber, .messageTemplate, .subscribedApp, .qrCode, .blockedUser]
        let kind = dice.pick(kinds)
        let number = Scenario.numberKinds.contains(kind) ? account.ofNumbers.keys.sorted().randomElement(&dice) : nil
        guard number != nil || !Scenario.numberKinds.contains(kind) else { return }
        let target = PollTarget(account: account.plan.name, kind: kind, phoneNumberID: number)
        // What hides all the members that are known hides that they are hidden.
        guard kind != .phoneNumber || !isWithholdingInside(account) else { return }
        // Blocked users are believed to be gone earlier.
        let time = kind == .blockedUser ? min(lasts, .seconds(1200)) : lasts
        account.odd.partial[target] = (dice.pick([0, 0, 0.5]), stage.now + time, dice.pick([1, 2, 3, 100]))
    }

    private func beginFlapping(_ account: Account, _ lasts: Duration) {
        let kind = dice.pick([Kind.phoneNumber, .phoneNumber, .messageTemplate])
        let documents = (account.things[kind] ?? []).map(\.document)
        let members = Documents.members(kind).filter { member in documents.count { $0[member] != nil } >= 5 }
        guard !members.isEmpty, account.unknown == nil, !isWithholding(account) else { return }
        account.odd.flapping = (kind, dice.pick(members))
        stage.after(lasts) { account.odd.flapping = nil }
    }

    private func beginNested(_ account: Account, _ lasts: Duration) {
        let member = "webhook_configuration"
        let documents = (account.things[.phoneNumber] ?? []).map(\.document)
        guard documents.count(where: { $0[member] != nil }) >= 5, account.unknown == nil, !isWithholding(account),
            account.odd.flapping == nil, !isListCut(account)
        else { return }
        truth.withheld.append(
            .init(
                account: account.plan.name, kind: .phoneNumber, member: member, inner: "application",
                span: Span(start: stage.now, end: stage.now + lasts)))
    }

    func isWithholding(_ account: Account) -> Bool {
        account.odd.flapping != nil
            || truth.withheld.contains { $0.account == account.plan.name && $0.span.end > stage.now }
    }

    /// Whether the list of numbers is not shown whole.
    private func isListCut(_ account: Account) -> Bool {
        account.odd.partial[PollTarget(account: account.plan.name, kind: .phoneNumber)].map { stage.now < $0.until && $0.looks > 0 }
            ?? false
    }

    /// An older ledger may know too few of the things to tell what Meta withholds from what their owners took away.
    func endNested() {
        for index in truth.withheld.indices where truth.withheld[index].inner != nil && truth.withheld[index].span.end > stage.now {
            truth.withheld[index].span.end = stage.now
        }
    }

    private func isWithholdingInside(_ account: Account) -> Bool {
        truth.withheld.contains { $0.inner != nil && $0.account == account.plan.name && $0.span.end > stage.now }
    }

    /// A member of one thing becomes what it should not be.
    private func makeOdd(_ oddity: SimulatedOddity, _ account: Account) {
        let kind = dice.pick([Kind.phoneNumber, .phoneNumber, .messageTemplate, .account, .qrCode])
        let number = kind == .qrCode ? account.ofNumbers.keys.sorted().randomElement(&dice) : nil
        var things = (number == nil ? account.things[kind] : account.ofNumbers[number ?? ""]?[kind]) ?? []
        guard !things.isEmpty, account.unknown == nil, !isWithholding(account) else { return }
        let index = dice.number(0...(things.count - 1))
        let member = dice.pick(Documents.members(kind))
        guard let value = things[index].document[member] else { return }
        things[index].document[member] =
            oddity == .oddMembers
            ? Documents.anotherType(value, dice.next()) : value.string.map { Documents.oddText($0, dice.next()) } ?? value
        if let number { account.ofNumbers[number]?[kind] = things } else { account.things[kind] = things }
        noteAll(of: account)
    }

    /// What is odd is over.
    func mendOddities() {
        for account in accounts {
            account.odd = Odd()
            for kind in Scenario.accountKinds {
                let things = account.things[kind]?.map { mended($0, kind) }
                account.things[kind] = things
            }
            for number in account.ofNumbers.keys {
                for kind in Scenario.numberKinds {
                    let things = account.ofNumbers[number]?[kind]?.map { mended($0, kind) }
                    account.ofNumbers[number]?[kind] = things
                }
            }
            noteAll(of: account)
        }
    }

    /// Most things of a list go at once.
    func removeMany() {
        let account = dice.pick(accounts)
        let kind = dice.pick([Kind.phoneNumber, .messageTemplate, .subscribedApp])
        account.things[kind] = dice.chance(0.5) ? [] : Array((account.things[kind] ?? []).prefix((account.things[kind] ?? []).count / 3))
        noteAll(of: account)
    }

    private func mended(_ thing: Thing, _ kind: Kind) -> Thing {
        var thing = thing
        for member in Documents.members(kind) where Documents.isOdd(member, thing.document[member]) {
            thing.document[member] = Documents.value(member, 1)
        }
        return thing
    }

    /// The trouble that strikes this one request.
    func odd(for asked: Asked) -> Trouble? {
        let account = asked.account
        if !account.odd.once.isEmpty { return account.odd.once.removeFirst() }
        if let largest = account.odd.largest, largest.kind == asked.target.kind, asked.edge.limit != nil, asked.limit > largest.limit {
            return .tooLarge
        }
        return nil
    }

    /// The things of a list as this poll is shown them; fewer where the list is odd, and never so that what is missing could rightly be believed gone.
    func shown(_ things: [Thing], _ asked: Asked) -> [Thing] {
        let (account, target) = (asked.account, asked.target)
        guard let partial = account.odd.partial[target], asked.isFirst ? stage.now < partial.until && partial.looks > 0 : isCut(target)
        else {
            return things
        }
        if asked.isFirst { account.odd.partial[target]?.looks -= 1 }
        guard
            let last = walks.all.last(where: { $0.target == target && $0.isComplete && $0.isExact && !$0.isPartial && $0.delivered != nil }
            ),
            last.life == walks.life(of: target)
        else { return things }
        if asked.isFirst, hasHidden(target, since: last) { return things }
        let kept = partial.share == 0 || target.kind == .blockedUser ? [] : Array(things.prefix(things.count / 2))
        // What was new in a list that was not whole may be known as well: it must be too much by either count.
        let since = walks.all.filter { $0.target == target && $0.isComplete && $0.life == last.life && $0.span.start >= last.span.start }
        for seen in [last.served, since.reduce(into: last.served) { $0.formUnion($1.served) }] {
            // What is not watched is nothing that could be missed.
            let known = seen.intersection(things.map(\.id)).filter { target.kind != .phoneNumber || account.plan.watches($0) }
            let lacking = known.subtracting(kept.map(\.id)).count
            guard (known.count >= 2 && lacking == known.count) || (known.count >= 6 && lacking * 2 >= known.count) else { return things }
        }
        walks.update(target) { walk in
            walk.isPartial = true
            walk.isCut = true
        }
        return kept
    }

    /// Whether a list has not been whole for so long that what it hides may soon be believed to be gone, by however many oddities.
    private func hasHidden(_ target: PollTarget, since last: Walk) -> Bool {
        let first = walks.all.first { $0.target == target && $0.isPartial && $0.life == last.life && $0.span.start >= last.span.start }
        return first.map { stage.now - $0.span.start > .seconds(target.kind == .blockedUser ? 1200 : 3000) } ?? false
    }

    private func isCut(_ target: PollTarget) -> Bool { walks.index(of: target).map { walks.all[$0].isCut } ?? false }

    /// Where a page that is not the first begins, if the list has slipped by one.
    func slipped(_ start: Int, _ things: [Thing], _ asked: Asked) -> Int {
        guard has(.shiftingLists), !asked.isFirst, start < things.count, dice.chance(0.3) else { return start }
        let list = walks.all.filter { $0.target == asked.target && $0.isComplete }.suffix(2)
        guard list.count == 2, !list.contains(where: \.isPartial) else { return start }
        // What one poll jumped over all others show.
        guard asked.account.jumped.insert("\(asked.target) \(things[start].id)").inserted else { return start }
        walks.update(asked.target) { walk in
            walk.isPartial = true
            walk.jumped.insert(things[start].id)
        }
        return start + 1
    }

    /// The app that cannot be read, where there are others.
    func unreadable(_ account: Account) -> (id: String, value: JSONValue?)? {
        (account.things[.subscribedApp] ?? []).count > 1 ? account.odd.unreadable : nil
    }

    /// An account's apps as the account's own answer shows them.
    func shownApps(_ account: Account) -> [(id: String, document: JSONObject, isReadable: Bool)] {
        (account.things[.subscribedApp] ?? []).map { app in
            guard let unreadable = unreadable(account), unreadable.id == app.id else { return (app.id, app.document, true) }
            var document = app.document
            document["whatsapp_business_api_data"] = unreadable.value
            return (app.id, document, false)
        }
    }

    /// Usage headers of others.
    func foreignUsage(_ account: Account, _ own: JSONObject?) -> JSONObject? {
        guard has(.foreignUsage), dice.chance(0.3) else { return own }
        var usage = own ?? [:]
        let entry: JSONValue = [
            "type": dice.pick(["whatsapp", "ads_management", "custom_audience"]), "call_count": 95, "total_cputime": 99, "total_time": 95,
            "estimated_time_to_regain_access": dice.pick([0, 0, 30, 1440]),
        ]
        let id = account.plan.wabaID
        switch dice.number(0...2) {
        case 0: usage[id] = .array((usage[id]?.array ?? []) + [entry])
        case 1: usage[id] = .array([entry] + (usage[id]?.array ?? []))
        default:
            var other = entry.object ?? [:]
            other["type"] = "whatsapp_business_management"
            usage["9988776655"] = [.object(other)]
        }
        return usage
    }

    /// How a field that is asked for is refused.
    func refusal(_ member: String, _ account: Account) -> Result<HTTPResponse, TransportError> {
        switch account.odd.refusal {
        case 1: respond(403, error(200, "(#200) Requires business_management permission to manage the object"), account)
        case 2: respond(403, error(200, "(#200) Requires business_management permission to access the field \(member)"), account)
        case 3: respond(403, error(10, "(#10) Application does not have permission for this action"), account)
        case 4: respond(403, error(10, "(#10) Only Solution Partners may read \(member)"), account)
        case 5: respond(400, error(12, "(#12) \(member) field is deprecated for versions v26.0 and higher"), account)
        case 6: respond(400, error(12, "(#12) field is deprecated for versions v26.0 and higher"), account)
        case 7: respond(400, error(100, "(#100) Missing permissions"), account)
        default: respond(400, nonexisting(member, account), account)
        }
    }

    /// That there is no such field. The account is called as Meta calls it; another name would say that the id is of something else.
    func nonexisting(_ member: String, _ account: Account) -> JSONValue {
        let type = account.unknown?.kind == .account ? "WhatsAppBusinessAccount" : "X"
        return error(100, "(#100) Tried accessing nonexisting field (\(member)) on node type (\(type))")
    }
}
