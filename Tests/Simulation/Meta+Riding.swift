import Changes
import StrictJSON
import TestTools
import Watching
import WhatsAppBusiness

// What Meta gives inside something else. Nobody has recorded how it does, so that each place does as it likes, and changes its mind in the middle of a day.
extension Meta {
    /// Where something is asked for: inside a host's things. It may be given in one place and not in the other.
    struct RidePlace: Hashable {
        var host: Kind
        var kind: Kind
    }

    /// What becomes of it there.
    enum RideAnswer: CaseIterable {
        case served
        /// The whole request is refused: no such field, or no permission.
        case refused, forbidden
        /// The member is missing.
        case ignored
        /// Without its envelope, or with one too many.
        case bare
        case text, number
        /// Never more than a few things, with `next`.
        case cutOff
        /// The last thing is missing, and nothing says so.
        case short
        /// What was there some time ago.
        case old
        /// What the next number has.
        case foreign
        /// Served and missing in turns.
        case flapping
    }

    struct RideService {
        var answer = RideAnswer.served
        /// The longest page.
        var page = 100
        /// How old what is old is.
        var lag = Duration.seconds(60)
        var turn = 0
    }

    /// Something that rode, whole and as it was.
    struct Rode {
        var target: PollTarget
        /// When it was so.
        var served: Moment
        /// When the answer was back; `nil` until then.
        var delivered: Moment?
    }

    /// What an account's places do, and what that counts as.
    struct Rides {
        var places: [RidePlace: RideService] = [:]
        /// Calls beyond the one that carries: none, one for each place, or one for each thing there.
        var charge = Charge.none

        enum Charge: CaseIterable { case none, place, thing }
    }

    /// What may stand inside what.
    static let ridePlaces: [RidePlace] = {
        let numbers = Scenario.numberKinds.flatMap { kind in [Kind.phoneNumber, .account].map { RidePlace(host: $0, kind: kind) } }
        return numbers + [.phoneNumber, .messageTemplate].map { RidePlace(host: .account, kind: $0) }
    }()

    /// Every place begins in its own way.
    func fillRides(of account: Account) {
        for place in Self.ridePlaces {
            account.rides.places[place] = service(for: place)
            if account.rides.places[place]?.answer == .old { beginStale(account, place) }
        }
        // What it costs can be known only where it is told.
        if account.tellsUsage { account.rides.charge = rideDice.pick([.none, .none, .none, .place, .thing]) }
    }

    private func service(for place: RidePlace) -> RideService {
        RideService(
            answer: rideDice.chance(0.6) ? .served : rideDice.pick(RideAnswer.allCases), page: rideDice.pick([1, 3, 100, 100]),
            lag: rideDice.time(.seconds(20)...(.seconds(rideDice.pick([60, 900])))))
    }

    /// A place changes its mind.
    func changeRide() {
        let account = rideDice.pick(accounts)
        let place = rideDice.pick(Self.ridePlaces)
        endStale(account, place)
        var service = service(for: place)
        if service.answer == account.rides.places[place]?.answer { service.answer = rideDice.pick(RideAnswer.allCases) }
        account.rides.places[place] = service
        if service.answer == .old { beginStale(account, place) }
        stage.note("\(account.plan.name) gives \(place.kind.rawValue) inside \(place.host.rawValue): \(service.answer)")
    }

    /// What is old says nothing of what is: it comes to an end.
    func calmRides() {
        for account in accounts {
            for place in Self.ridePlaces where account.rides.places[place]?.answer == .old {
                endStale(account, place)
                account.rides.places[place]?.answer = .served
            }
        }
    }

    private func beginStale(_ account: Account, _ place: RidePlace) {
        stale.append((account.plan.name, place, Span(start: stage.now, end: Moment(nanoseconds: .max))))
    }

    private func endStale(_ account: Account, _ place: RidePlace) {
        for index in stale.indices where stale[index].account == account.plan.name && stale[index].place == place {
            stale[index].span.end = min(stale[index].span.end, stage.now)
        }
    }
}

// MARK: Answering

extension Meta {
    /// Why a request is refused as a whole because of what it asks for inside; `nil` if it is not.
    func refusal(ofRidesIn asked: Asked) -> JSONValue? {
        for (ride, place) in places(asked.rides, host: asked.target.kind) {
            let service = asked.account.rides.places[place] ?? RideService()
            let unknown = "(#100) Tried accessing nonexisting field"
            switch service.answer {
            case .refused: return error(100, "\(unknown) (\(ride.name)) on node type (X)")
            case .forbidden: return error(10, "(#10) Application does not have permission for this action")
            default: break
            }
            // A member that Meta does not know any more is none here either, and may be one of the host's.
            if let member = asked.account.unknown, member.kind == place.kind, ride.inner.contains(where: { $0.name == member.member }) {
                return error(100, "\(unknown) (\(member.member)) on node type (X)")
            }
            if let largest = asked.account.odd.largest, largest.kind == place.kind, ride.limit ?? 25 > largest.limit {
                return error(1, "Please reduce the amount of data you're asking for, then retry your request")
            }
        }
        return nil
    }

    /// What a request counts as beyond one call, as far as it is answered.
    func charge(for asked: Asked) -> Int {
        let all = places(asked.rides, host: asked.target.kind)
        switch asked.account.rides.charge {
        case .none: return 0
        case .place: return all.count
        case .thing: return all.count { !$0.1.kind.row.listsPhoneNumbers } * (asked.account.things[.phoneNumber] ?? []).count
        }
    }

    /// What is asked for inside something, at whatever depth, and where.
    private func places(_ rides: [AskedField], host: Kind) -> [(AskedField, RidePlace)] {
        rides.flatMap { ride -> [(AskedField, RidePlace)] in
            guard let kind = ride.kind else { return [] }
            return [(ride, RidePlace(host: host, kind: kind))] + places(ride.inner.filter { $0.kind != nil }, host: host)
        }
    }

    /// Puts what was asked for inside a thing of a host into it.
    func addRides(_ rides: [AskedField], to document: inout JSONObject, number: String?, _ asked: Asked) {
        for ride in rides {
            guard let kind = ride.kind else { continue }
            let target = PollTarget(
                account: asked.target.account, kind: kind, phoneNumberID: Scenario.numberKinds.contains(kind) ? number : nil)
            document[ride.name] = member(ride, target, asked)
        }
    }

    private func member(_ ride: AskedField, _ target: PollTarget, _ asked: Asked) -> JSONValue? {
        let place = RidePlace(host: asked.target.kind, kind: target.kind)
        var service = asked.account.rides.places[place] ?? RideService()
        service.turn += 1
        asked.account.rides.places[place] = service
        switch service.answer {
        case .ignored: return nil
        case .flapping where service.turn % 3 == 0: return nil
        case .text: return "cannot be shown"
        case .number: return 7
        default: break
        }
        let value = value(ride, target, service, asked)
        switch service.answer {
        case .bare:
            guard let items = value["data"]?.array else { return ["data": [value]] }
            return target.kind.isList ? .array(items) : items.first ?? [:]
        default: return value
        }
    }

    /// The envelope that the edge itself gives.
    private func value(_ ride: AskedField, _ target: PollTarget, _ service: RideService, _ asked: Asked) -> JSONValue {
        let account = asked.account
        var things: [Thing]
        switch service.answer {
        case .old:
            things = truth.things(of: target, at: Moment(nanoseconds: max(0, stage.now.nanoseconds - service.lag.nanoseconds))).map {
                Thing(id: $0.key, document: $0.value)
            }
            things.sort { $0.id < $1.id }
        case .foreign: things = self.things(of: next(target, account), account)
        default: things = self.things(of: target, account)
        }
        if service.answer == .short, !things.isEmpty, target.kind.isList { things.removeLast() }
        let page = min(ride.limit ?? 25, service.answer == .cutOff ? 1 : service.page)
        let isCut = target.kind.isList && things.count > page
        let part = target.kind.isList ? Array(things.prefix(page)) : things
        // Whatever is wrong with a place, what is shown may be what is there.
        let isWhole = Set(part.map(\.id)) == Set(self.things(of: target, account).map(\.id))
        if isWhole, !isCut, self.things(of: target, account).allSatisfy(part.contains) {
            rode.append(Rode(target: target, served: stage.now))
        }
        let fields = Set(ride.inner.filter { $0.kind == nil }.map(\.name))
        var documents = part.map { thing in
            var document = ridden(thing, target, fields, account)
            if target.kind.row.listsPhoneNumbers { addRides(ride.inner.filter { $0.kind != nil }, to: &document, number: thing.id, asked) }
            return document
        }
        guard let edge = target.kind.row.edge, edge.form != .node else { return .object(documents.first ?? [:]) }
        if target.kind.row.emptyIsAThing { documents.removeAll { $0.isEmpty } }
        var envelope: JSONObject = ["data": .array(documents.map(JSONValue.object))]
        guard target.kind.isList, let last = part.last, isCut || rideDice.chance(0.5) else { return .object(envelope) }
        var paging: JSONObject = ["cursors": .object(["before": "b", "after": .string("k\(last.id)")])]
        if isCut, account.paging[target.kind]?.isBare != true || page < ride.limit ?? 25 {
            paging["next"] = .string("https://graph.example/next?after=k\(last.id)")
        }
        envelope["paging"] = .object(paging)
        return .object(envelope)
    }

    /// The same kind of the account's next number; what is the account's own stays.
    private func next(_ target: PollTarget, _ account: Account) -> PollTarget {
        let numbers = (account.things[.phoneNumber] ?? []).map(\.id)
        guard let place = target.phoneNumberID.flatMap({ numbers.firstIndex(of: $0) }) else { return target }
        return PollTarget(account: target.account, kind: target.kind, phoneNumberID: numbers[(place + 1) % numbers.count])
    }

    /// A thing as it goes over the wire inside another: what was asked for and is not withheld, with what changes by itself.
    private func ridden(_ thing: Thing, _ target: PollTarget, _ fields: Set<String>, _ account: Account) -> JSONObject {
        if target.kind.row.keepsOnlyKeys {
            var document: JSONObject = ["messaging_product": "whatsapp", "wa_id": .string(thing.id)]
            // Either id, as the edge itself has it: by the number's last digit.
            guard has(.otherForms) else { return document }
            let hasBoth = rideDice.chance(0.5)
            let showsOwn = (target.phoneNumberID?.utf8.last ?? 0) % 2 == 0
            if hasBoth || !showsOwn { document["user_id"] = .string("US.\(thing.id)") }
            if !hasBoth, !showsOwn { document["wa_id"] = nil }
            return document
        }
        var withheld = truth.withheld(target, Span(start: stage.now, end: stage.now)).throughout
        let inner = truth.innerWithheld(target, at: stage.now)
        if let inner { withheld.remove(inner.member) }
        var document = JSONObject(
            thing.document.filter { (fields.isEmpty || fields.contains($0.name)) && !withheld.contains($0.name) }.map {
                ($0.name, $0.value)
            })
        if let inner, var object = document[inner.member]?.object {
            object[inner.inner] = nil
            document[inner.member] = .object(object)
        }
        Documents.noisy(&document, target.kind, &rideDice)
        if has(.otherForms) { Documents.rewrite(&document, target.kind, asked: fields, &rideDice) }
        return document
    }
}
