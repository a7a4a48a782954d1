import Changes
import GraphAPI
import StrictJSON
import TestTools
import Watching
import WhatsAppBusiness

/// A request as Meta reads it.
struct Asked {
    var account: Meta.Account
    var target: PollTarget
    var edge: Edge
    var credential: Int
    /// The members, and the apps, which an account's own answer has always held.
    var fields: Set<String>
    /// What else is asked for inside each thing.
    var rides: [AskedField]
    var limit: Int
    var after: String?
    var etag: String?
    /// Whether only the year 2008 is asked for, to find out whether the edge heeds time.
    var isProbe: Bool

    var isFirst: Bool { after == nil }
}

/// An answer on its way.
struct Answering {
    var result: Result<HTTPResponse, TransportError>
    /// The walks that it belongs to, as places among all.
    var walks: [Int] = []
    /// What rides on it, likewise.
    var rode = 0..<0
}

extension Meta {
    /// Reads a request; `nil` if it is none that the simulation knows, which is an error of the simulation's.
    func read(_ request: HTTPRequest) -> Asked? {
        let rest = request.url.dropFirst("https://graph.example/v25.0/".utf8.count)
        let parts = rest.split(separator: "?", maxSplits: 1)
        let path = parts[0].split(separator: "/")
        guard let (account, number) = owner(of: String(path[0])) else { return nil }
        var query: [String: String] = [:]
        for part in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = part.split(separator: "=", maxSplits: 1)
            query[String(pair[0])] = pair.count > 1 ? Self.decoded(pair[1]) : ""
        }
        let name = path.count > 1 ? path[1] : ""
        guard let edge = ([Edge.subscribedApps] + Edge.watched).first(where: { $0.path == name }), let kind = edge.kind else { return nil }
        guard let asked = AskedField.read(query["fields"] ?? "") else { return nil }
        let credential = request.headers.first { $0.name == "Authorization" }?.value.split(separator: "-").last.flatMap { Int($0) }
        return Asked(
            account: account, target: PollTarget(account: account.plan.name, kind: kind, phoneNumberID: number), edge: edge,
            credential: credential ?? 0,
            fields: Set(asked.filter { $0.kind == nil }.map(\.name)), rides: asked.filter { $0.kind != nil },
            limit: query["limit"].flatMap { Int($0) } ?? 25,
            after: query["after"], etag: request.headers.first { $0.name == "If-None-Match" }?.value,
            isProbe: query["until"].flatMap { Int($0) }.map { $0 < 1_300_000_000 } ?? false)
    }

    private static func decoded(_ text: Substring) -> String { String(decoding: BatchForm.decoded(text), as: UTF8.self) }

    /// Answers a request that has just come, and says which walk it belongs to.
    /// - Parameter forced: what is wrong with it in any case.
    func answer(_ asked: Asked, life: Int, as forced: Trouble? = nil) -> Answering {
        let account = asked.account
        for _ in 0..<charge(for: asked) {
            account.calls.append(stage.now)
            charged[account.plan.name, default: []].append(stage.now)
        }
        count(account)
        let first = rode.count
        if asked.isProbe {
            let isThere = asked.target.phoneNumberID.map(account.has(number:)) ?? true
            let trouble = trouble(for: asked) ?? (isThere ? nil : .notFound)
            if trouble == .unauthorized { walks.refusals.append((account.plan.name, stage.now, life)) }
            return Answering(result: trouble.map { answer($0, asked) } ?? page(asked))
        }
        walks.request(asked.target, isFirst: asked.isFirst, asked: asked.fields, life: life, at: stage.now)
        walks.update(asked.target) { $0.named = asked.fields }
        let result = result(asked, as: forced)
        walks.agree(asked.target)
        var indices = [walks.index(of: asked.target)].compactMap(\.self)
        if asked.target.kind == .account, indices.contains(where: { walks.all[$0].isComplete }), bringsApps(asked) {
            // The account's apps come with its own answer.
            let target = PollTarget(account: asked.target.account, kind: .subscribedApp)
            walks.request(target, isFirst: true, asked: [], life: life, at: stage.now)
            walks.update(target) { walk in
                walk.isComplete = true
                walk.named = asked.fields
                let apps = shownApps(account)
                walk.served = Set(apps.filter(\.isReadable).map(\.id))
                walk.unreadable = Set(apps.filter { !$0.isReadable }.map(\.id))
            }
            indices += [walks.index(of: target)].compactMap(\.self)
        }
        return Answering(result: result, walks: indices, rode: first..<rode.count)
    }

    private func bringsApps(_ asked: Asked) -> Bool {
        let apps = asked.account.things[.subscribedApp] ?? []
        return asked.fields.contains("subscribed_apps") && !apps.isEmpty && !(asked.account.cutsApps && apps.count > 1)
    }

    private func result(_ asked: Asked, as forced: Trouble?) -> Result<HTTPResponse, TransportError> {
        let account = asked.account
        if let trouble = forced ?? trouble(for: asked) {
            walks.update(asked.target) { $0.trouble = trouble }
            return answer(trouble, asked)
        }
        if let trouble = odd(for: asked) {
            walks.update(asked.target) { $0.trouble = trouble }
            return answer(trouble, asked)
        }
        if let refusal = refusal(ofRidesIn: asked) {
            walks.update(asked.target) { $0.trouble = .refusedRide }
            return respond(refusal["error"]?["code"] == 10 ? 403 : 400, refusal, account)
        }
        if let unknown = account.unknown, unknown.kind == asked.target.kind, asked.fields.contains(unknown.member) {
            if account.odd.refusal > 0 {
                walks.update(asked.target) { $0.trouble = .refusedField }
                return refusal(unknown.member, account)
            }
            // The watcher asks again without the member, at once.
            walks.update(asked.target) { $0.trouble = .listChanged }
            return respond(400, nonexisting(unknown.member, account), account)
        }
        guard asked.target.phoneNumberID.map(account.has(number:)) ?? true else {
            walks.update(asked.target) { $0.trouble = .notFound }
            return answer(.notFound, asked)
        }
        return page(asked)
    }

    func count(_ account: Account) {
        account.calls.append(stage.now)
        let hourAgo = stage.now + .seconds(-3600)
        let recent = account.calls.reversed().prefix { $0 > hourAgo }.count + account.plan.others
        if recent > account.plan.quota, (account.throttledUntil ?? stage.now) <= stage.now {
            account.throttledUntil = stage.now + .seconds(600)
            throttled.append((account.plan.name, Span(start: stage.now, end: stage.now + .seconds(600))))
        }
    }

    private func trouble(for asked: Asked) -> Trouble? {
        let account = asked.account
        if account.refused.contains(asked.credential) { return .unauthorized }
        if let until = account.throttledUntil, stage.now < until { return .throttled }
        if let outage = account.outage, outage.target == nil || outage.target == asked.target { return fits(outage.trouble, asked) }
        if let flaky = account.flaky, dice.chance(flaky.probability) { return fits(dice.pick(flaky.troubles), asked) }
        return nil
    }

    private func fits(_ trouble: Trouble, _ asked: Asked) -> Trouble? {
        if trouble == .wrongThing, asked.edge.form == .list || asked.target.kind.row.emptyIsAThing { return nil }
        return (trouble == .listChanged || trouble == .repeatedCursor) && asked.isFirst ? nil : trouble
    }

    private func page(_ asked: Asked) -> Result<HTTPResponse, TransportError> {
        let account = asked.account
        var things = things(of: asked.target, account)
        guard asked.edge.form == .list, let paging = account.paging[asked.target.kind] else { return single(things, asked) }
        if !asked.isProbe { things = shown(things, asked) }
        guard var start = position(asked.after, in: things, asked, paging) else {
            walks.update(asked.target) { $0.trouble = .listChanged }
            return answer(.listChanged, asked)
        }
        if !asked.isProbe { start = slipped(start, things, asked) }
        var size = asked.edge.limit == nil ? things.count : min(asked.limit, paging.cap)
        if dice.chance(paging.isShort), size > 0 { size = dice.number(1...size) }
        let part = things[min(start, things.count)..<min(start + size, things.count)]
        let end = start + part.count
        let trails = paging.trails && !paging.isBare
        if !asked.isProbe {
            walks.update(asked.target) { walk in
                walk.trouble = nil
                walk.pages.append(part.map(\.id))
                for thing in part where !walk.served.insert(thing.id).inserted {
                    walk.isExact = false
                    walk.hasRepeats = true
                }
                // Where there never was a `next`, a cursor is followed once more.
                let settles = asked.edge.settlesCursor && !walk.sawNext
                walk.isComplete = end >= things.count && (!(trails || settles) || part.isEmpty)
                if !paging.isBare, !part.isEmpty, end < things.count || trails { walk.sawNext = true }
                if !asked.isFirst, paging.cursor == .index, !truth.isConstant(walk.target, walk.span) { walk.mayHaveShifted = true }
            }
        }
        var links: JSONObject = [:]
        if let last = part.last {
            let cursor =
                switch paging.cursor {
                case .keyed: "k\(last.id)"
                case .index: "i\(end)"
                case .versioned: "v\(end):\(account.listVersions[asked.target] ?? 0)"
                }
            links["cursors"] = .object(["before": "b", "after": .string(cursor)])
            if !paging.isBare, end < things.count || trails { links["next"] = .string("https://graph.example/next?after=\(cursor)") }
        }
        var items = part.map { thing in
            var document = served(thing, asked)
            if asked.target.kind == .phoneNumber { addRides(asked.rides, to: &document, number: thing.id, asked) }
            if asked.target.kind == .subscribedApp, let unreadable = unreadable(account), unreadable.id == thing.id {
                document["whatsapp_business_api_data"] = unreadable.value
                walks.update(asked.target) { walk in
                    walk.served.remove(thing.id)
                    walk.unreadable.insert(thing.id)
                }
            }
            return JSONValue.object(document)
        }
        // A list in which nothing has an id is none.
        if account.odd.withoutID == asked.target.kind, !asked.isProbe, !items.isEmpty {
            items.insert(.object(["name": "nobody", "status": "CONNECTED"]), at: dice.number(0...items.count))
            walks.update(asked.target) { walk in
                walk.isOdd = true
                walk.hasStray = true
            }
        }
        var body: JSONObject = ["data": .array(items)]
        if !links.isEmpty { body["paging"] = .object(links) }
        return respond(200, .object(body), account, etag: asked)
    }

    private func single(_ things: [Thing], _ asked: Asked) -> Result<HTTPResponse, TransportError> {
        walks.update(asked.target) { walk in
            walk.isComplete = true
            walk.trouble = nil
            walk.served = Set(things.map(\.id))
        }
        var documents = things.map { served($0, asked) }
        guard asked.edge.form == .node else {
            if asked.target.kind.row.emptyIsAThing { documents.removeAll { $0.isEmpty } }
            return respond(200, .object(["data": .array(documents.map(JSONValue.object))]), asked.account, etag: asked)
        }
        var document = documents.first ?? [:]
        if asked.fields.contains("subscribed_apps"), asked.target.kind == .account {
            let apps = shownApps(asked.account)
            let all = bringsApps(asked)
            var list: JSONObject = ["data": .array((all ? apps[...] : apps.prefix(1)).map { .object($0.document) })]
            if !all, !apps.isEmpty { list["paging"] = .object(["next": "https://graph.example/next?after=x"]) }
            if !apps.isEmpty || dice.chance(0.5) { document["subscribed_apps"] = .object(list) }
        }
        if asked.target.kind == .account { addRides(asked.rides, to: &document, number: nil, asked) }
        return respond(200, .object(document), asked.account, etag: asked)
    }

    private func position(_ cursor: String?, in things: [Thing], _ asked: Asked, _ paging: Paging) -> Int? {
        guard let cursor else { return 0 }
        let rest = cursor.dropFirst()
        switch cursor.first {
        case "k": return things.firstIndex { $0.id == rest }.map { $0 + 1 }
        case "i": return Int(rest)
        default:
            let parts = rest.split(separator: ":").compactMap { Int($0) }
            return parts.count == 2 && parts[1] == asked.account.listVersions[asked.target] ?? 0 ? parts[0] : nil
        }
    }

    /// A thing as it goes over the wire: what was asked for and not withheld, with what changes by itself.
    private func served(_ thing: Thing, _ asked: Asked) -> JSONObject {
        if asked.target.kind.row.keepsOnlyKeys { return blocked(thing, asked) }
        var withheld = truth.withheld(asked.target, Span(start: stage.now, end: stage.now)).throughout
        let inner = truth.innerWithheld(asked.target, at: stage.now)
        if let inner { withheld.remove(inner.member) }
        if let flapping = flapping(asked) { withheld.insert(flapping) }
        var document: JSONObject = [:]
        for member in thing.document where asked.fields.isEmpty || asked.fields.contains(member.name) {
            guard !withheld.contains(member.name) else { continue }
            document[member.name] = member.value
        }
        if let inner, var object = document[inner.member]?.object {
            object[inner.inner] = nil
            document[inner.member] = .object(object)
        }
        if thing.document.contains(where: { Documents.isOdd($0.name, $0.value) }) { walks.update(asked.target) { $0.isOdd = true } }
        Documents.noisy(&document, asked.target.kind, &dice)
        if has(.otherForms) {
            // A list for an object may be told as odd, although it says nothing.
            walks.update(asked.target) { $0.isOdd = true }
            Documents.rewrite(&document, asked.target.kind, asked: asked.fields, &dice)
        }
        return document
    }

    private func blocked(_ thing: Thing, _ asked: Asked) -> JSONObject {
        var document: JSONObject = ["messaging_product": "whatsapp", "wa_id": .string(thing.id)]
        guard has(.otherForms) else { return document }
        // Two forms that have one id in common, so that each can be told to be the other: by the number's last digit.
        let hasBoth = dice.chance(0.5)
        if (asked.target.phoneNumberID?.utf8.last ?? 0) % 2 == 0 {
            if hasBoth { document["user_id"] = .string("US.\(thing.id)") }
        } else {
            document["user_id"] = .string("US.\(thing.id)")
            if !hasBoth { document["wa_id"] = nil }
        }
        return document
    }

    /// The member that this answer lacks and the next one has.
    private func flapping(_ asked: Asked) -> String? {
        // A walk is one answer, however many pages it has: its first page says whether it lacks one.
        guard !asked.isProbe, let walk = walks.index(of: asked.target) else { return nil }
        guard asked.isFirst else { return walks.all[walk].lacking.first }
        guard let flapping = asked.account.odd.flapping, flapping.kind == asked.target.kind else { return nil }
        let before = walks.all.last { $0.target == asked.target && $0.isComplete && $0.span.end < walks.all[walk].span.start }
        guard before?.lacking.isEmpty ?? true else { return nil }
        walks.update(asked.target) { $0.lacking = [flapping.member] }
        return flapping.member
    }
}
