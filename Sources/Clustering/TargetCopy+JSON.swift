import Changes
import Ledger
import StrictJSON
import WhatsAppBusiness

// What is copied, as io.wabawatch.cluster has it.

extension TargetCopy {
    var json: JSONObject {
        var json: JSONObject = [
            "kind": .string(target.kind.rawValue), "asked": .array((snapshot.asked ?? []).sorted().map { .string($0) }),
            "confirmedAt": .string(confirmedAt.description),
        ]
        json["phoneNumberId"] = target.phoneNumberID.map { .string($0) }
        let entries = snapshot.entries.sorted { $0.key < $1.key }
        if target.kind.row.keepsOnlyKeys {
            // What was missed by a poll is missed again by the next.
            json["ids"] = .array(entries.map { .string($0.key) })
            json["others"] = .array(others.flatMap { [.string($0.id), .string($0.other)] })
        } else {
            json["things"] = .array(
                entries.map { id, entry in
                    var thing: JSONObject = ["id": .string(id), "document": .object(entry.document)]
                    if entry.misses != 0 { thing["misses"] = .integer(entry.misses) }
                    return .object(thing)
                })
        }
        return json
    }

    init(json: JSONObject, of account: String) throws(MemberError) {
        guard let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)), Kind.polled.contains(kind) else {
            throw MemberError("target.kind", "is no kind that is polled")
        }
        let number = json["phoneNumberId"]?.string
        guard (kind.row.scope == .phoneNumber) == (number != nil) else {
            throw MemberError("target.phoneNumberId", "does not go with the kind")
        }
        guard let asked = json["asked"]?.array?.map(\.string), !asked.contains(nil) else {
            throw MemberError("target.asked", "should be a list of names")
        }
        guard let confirmedAt = json["confirmedAt"]?.string.flatMap(Timestamp.init(parsing:)) else {
            throw MemberError("target.confirmedAt", "should be a time of RFC 3339")
        }
        var entries: [String: Snapshot.Entry] = [:]
        for (index, thing) in (json["things"]?.array ?? []).enumerated() {
            guard let id = thing["id"]?.string, let document = thing["document"]?.object else {
                throw MemberError("target.things[\(index)]", "should be a thing")
            }
            entries[id] = Snapshot.Entry(document: document, misses: thing["misses"]?.integer.map { Int($0) } ?? 0)
        }
        for (index, id) in (json["ids"]?.array ?? []).enumerated() {
            guard let id = id.string else { throw MemberError("target.ids[\(index)]", "should be a string") }
            entries[id] = Snapshot.Entry(document: Observation.Item(bare: id).document)
        }
        let others = (json["others"]?.array ?? []).compactMap(\.string)
        guard others.count % 2 == 0 else { throw MemberError("target.others", "should be pairs of ids") }
        self.init(
            target: PollTarget(account: account, kind: kind, phoneNumberID: number),
            snapshot: Snapshot(asked: Set(asked.compactMap(\.self)), entries: entries),
            others: stride(from: 0, to: others.count, by: 2).map { OtherID(id: others[$0], other: others[$0 + 1]) },
            confirmedAt: confirmedAt)
    }
}

extension StandingCopy {
    var json: JSONObject {
        var json: JSONObject = [
            "kind": .string(resource.kind.rawValue), "id": .string(resource.id), "document": .object(document),
        ]
        json["phoneNumberId"] = resource.phoneNumberID.map { .string($0) }
        return json
    }

    init(json: JSONValue, of account: String) throws(MemberError) {
        guard let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)), kind == .watch || kind == .alarm, let id = json["id"]?.string,
            let document = json["document"]?.object
        else { throw MemberError("standings", "should be states of watches and alarms") }
        self.init(
            resource: ResourceID(account: account, kind: kind, id: id, phoneNumberID: json["phoneNumberId"]?.string), document: document)
    }
}
