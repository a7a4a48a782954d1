import Changes
import StrictJSON
import WhatsAppBusiness

/// What the ledger's benchmarks record: business profiles whose description changes with every look.
enum SampleChanges {
    static let account = "acme"

    /// A look at a number's profile.
    static func profile(number: Int, revision: Int) -> Observation {
        let target = PollTarget(account: account, kind: .businessProfile, phoneNumberID: id(number))
        let document = document(revision)
        return Observation(
            target: target, owner: id(number), items: [Observation.Item(id: id(number), document: document)], asked: Set(document.names))
    }

    /// A look at a number's QR codes, all of which say something else than before.
    static func codes(_ count: Int, revision: Int) -> Observation {
        let target = PollTarget(account: account, kind: .qrCode, phoneNumberID: id(0))
        let items = (0..<count).map { index in
            let code = "CODE\(100_000 + index)"
            return Observation.Item(
                id: code, document: ["code": .string(code), "prefilled_message": .string("Text of revision \(revision)")])
        }
        return Observation(target: target, owner: id(0), items: items, asked: ["code", "prefilled_message"])
    }

    /// A look at the users that a number has blocked.
    static func blocked(number: Int, users: Int) -> Observation {
        let target = PollTarget(account: account, kind: .blockedUser, phoneNumberID: id(number))
        let items = (0..<users).map { index in
            let user = String(16_505_550_000 + index)
            return Observation.Item(id: user, document: ["messaging_product": "whatsapp", "wa_id": .string(user)])
        }
        return Observation(target: target, owner: id(number), items: items, asked: ["messaging_product", "wa_id"])
    }

    /// The members of a profile at a revision; about 300 bytes as text.
    static func document(_ revision: Int) -> JSONObject {
        [
            "about": "Lucky Shrub: your gateway to succulents", "address": "1 Hacker Way, Menlo Park, CA 94025",
            "description": .string("At Lucky Shrub we sell plants of all kinds. Revision \(revision)."), "email": "lucky@luckyshrub.com",
            "messaging_product": "whatsapp", "vertical": "RETAIL", "websites": ["https://www.luckyshrub.com/"],
        ]
    }

    /// A change of a profile as one text, for peers that keep texts: what the ledger keeps of it.
    static func text(number: Int, revision: Int) -> String {
        let change: JSONObject = [
            "account": .string(account), "after": .object(description(revision)), "before": .object(description(revision - 1)),
            "fields": ["/description"], "id": .string(id(number)), "kind": "business_profile", "observed_at": .integer(time(revision)),
            "operation": "changed", "origin": "poll", "severity": "notice", "summary": .string(summary),
        ]
        return text(of: change)
    }

    /// An object as text.
    static func text(of object: JSONObject) -> String { JSONValue.object(object).description }

    /// The part of a profile that differs.
    static func description(_ revision: Int) -> JSONObject { ["description": document(revision)["description"] ?? .null] }
    static let summary = "The description of +1 555 078 3881 changed."
    static func id(_ number: Int) -> String { String(106_540_352_242_922 + number) }
    /// The time of a revision, in milliseconds.
    static func time(_ revision: Int) -> Int64 { 1_760_000_000_000 + Int64(revision) }
}
