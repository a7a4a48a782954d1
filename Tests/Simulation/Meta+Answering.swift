import Changes
import GraphAPI
import StrictJSON
import Watching
import WhatsAppBusiness

/// A request as Meta reads it.
struct Asked {
    var account: Meta.Account
    var unit: Unit
    var fields: Set<String>
    var limit: Int
    var after: String?
    var etag: String?

    var isFirst: Bool { after == nil }
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
        guard let edge = Edge.watched.first(where: { $0.path == (path.count > 1 ? path[1] : "") }), let kind = edge.kind else { return nil }
        return Asked(
            account: account, unit: Unit(account: account.plan.name, kind: kind, phoneNumberID: number),
            fields: Set((query["fields"] ?? "").split(separator: ",").map(String.init)), limit: query["limit"].flatMap { Int($0) } ?? 25,
            after: query["after"], etag: request.headers.first { $0.name == "If-None-Match" }?.value)
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Answers a request that has just come.
    func answer(_ asked: Asked, life: Int) -> Result<HTTPResponse, TransportError> {
        let account = asked.account
        count(account)
        walks.request(asked.unit, isFirst: asked.isFirst, asked: asked.fields, life: life, at: stage.now)
        if let trouble = trouble(for: asked) {
            walks.update(asked.unit) { $0.trouble = trouble }
            return answer(trouble, asked)
        }
        if let unknown = account.unknown, unknown.kind == asked.unit.kind, asked.fields.contains(unknown.member) {
            // The watcher asks again without the member, at once.
            walks.update(asked.unit) { $0.trouble = .listChanged }
            return respond(400, error(100, "(#100) Tried accessing nonexisting field (\(unknown.member)) on node type (X)"), account)
        }
        guard asked.unit.phoneNumberID == nil || account.numbers.contains(where: { $0.id == asked.unit.phoneNumberID }) else {
            walks.update(asked.unit) { $0.trouble = .notFound }
            return answer(.notFound, asked)
        }
        return page(asked)
    }

    private func count(_ account: Account) {
        account.calls.append(stage.now)
        let hourAgo = stage.now + .seconds(-3600)
        let recent = account.calls.reversed().prefix { $0 > hourAgo }.count + account.plan.others
        if recent > account.plan.quota, (account.throttledUntil ?? stage.now) <= stage.now { account.throttledUntil = stage.now + .seconds(600) }
    }

    private func trouble(for asked: Asked) -> Trouble? {
        let account = asked.account
        if let until = account.throttledUntil, stage.now < until { return .throttled }
        if let outage = account.outage, outage.unit == nil || outage.unit == asked.unit { return fits(outage.trouble, asked) }
        if let flaky = account.flaky, dice.chance(flaky.probability) { return fits(dice.pick(flaky.troubles), asked) }
        return nil
    }

    private func fits(_ trouble: Trouble, _ asked: Asked) -> Trouble? {
        (trouble == .listChanged || trouble == .repeatedCursor) && asked.isFirst ? nil : trouble
    }

    private func page(_ asked: Asked) -> Result<HTTPResponse, TransportError> {
        let account = asked.account
        let things = things(of: asked.unit, account)
        guard let edge = Edge.serving(asked.unit.kind), edge.form == .list, let paging = account.paging[asked.unit.kind] else {
            let data = things.map { served($0, asked) }
            walks.update(asked.unit) { walk in
                walk.isComplete = true
                walk.trouble = nil
                walk.served = Set(things.map(\.id))
            }
            return respond(200, .object(["data": .array(data)]), account, etag: asked)
        }
        guard let start = position(asked.after, in: things, asked, paging) else {
            walks.update(asked.unit) { $0.trouble = .listChanged }
            return answer(.listChanged, asked)
        }
        var size = min(asked.limit, paging.cap)
        if dice.chance(paging.isShort) { size = dice.number(1...size) }
        let part = things[min(start, things.count)..<min(start + size, things.count)]
        let end = start + part.count
        let version = account.listVersions[asked.unit.kind] ?? 0
        walks.update(asked.unit) { walk in
            walk.trouble = nil
            for thing in part where !walk.served.insert(thing.id).inserted { walk.isExact = false }
            walk.isComplete = end >= things.count && (!paging.trails || part.isEmpty)
            if !asked.isFirst, paging.cursor == .index, !truth.isConstant(walk.unit, walk.span) { walk.mayHaveShifted = true }
        }
        var links: JSONObject = [:]
        if let last = part.last {
            let cursor =
                switch paging.cursor {
                case .keyed: "k\(last.id)"
                case .index: "i\(end)"
                case .versioned: "v\(end):\(version)"
                }
            links["cursors"] = .object(["before": "b", "after": .string(cursor)])
            if end < things.count || paging.trails { links["next"] = .string("https://graph.example/next?after=\(cursor)") }
        }
        var body: JSONObject = ["data": .array(part.map { served($0, asked) })]
        if !links.isEmpty { body["paging"] = .object(links) }
        return respond(200, .object(body), account, etag: asked)
    }

    private func position(_ cursor: String?, in things: [Thing], _ asked: Asked, _ paging: Paging) -> Int? {
        guard let cursor else { return 0 }
        let rest = cursor.dropFirst()
        switch cursor.first {
        case "k": return things.firstIndex { $0.id == rest }.map { $0 + 1 }
        case "i": return Int(rest)
        default:
            let parts = rest.split(separator: ":").compactMap { Int($0) }
            return parts.count == 2 && parts[1] == asked.account.listVersions[asked.unit.kind] ?? 0 ? parts[0] : nil
        }
    }

    /// A thing as it goes over the wire: what was asked for and not withheld, with what changes by itself.
    private func served(_ thing: Thing, _ asked: Asked) -> JSONValue {
        let withheld = truth.withheld(asked.unit, Span(start: stage.now, end: stage.now)).throughout
        var document: JSONObject = [:]
        for member in thing.document where asked.fields.contains(member.name) || ["id", "messaging_product"].contains(member.name) {
            guard !withheld.contains(member.name) else { continue }
            document[member.name] = member.value
        }
        switch asked.unit.kind {
        case .phoneNumber:
            if dice.chance(0.1) { document["certificate"] = .string("certificate \(dice.number(1...1_000_000))") }
            if var health = document["health_status"]?.object, let entities = health["entities"]?.array, dice.chance(0.3) {
                health["entities"] = .array(dice.shuffle(entities))
                document["health_status"] = .object(health)
            }
        case .businessProfile:
            if let picture = document["profile_picture_url"]?.string {
                document["profile_picture_url"] = .string("https://\(picture)?oh=\(dice.number(1...3))")
            }
            for member in Documents.profileMembers where document[member] == nil && dice.chance(0.05) { document[member] = .null }
        default: break
        }
        return .object(document)
    }
}
