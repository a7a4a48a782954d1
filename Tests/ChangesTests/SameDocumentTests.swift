import Changes
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

/// Whole documents of every kind, in whatever form Meta gives them: nothing is told that is not so, and nothing that is so is swallowed.
@Suite struct SameDocumentTests {
    static let kinds = Kind.polled.filter { $0 != .blockedUser }

    /// A poll of one thing. Whatever was not asked for cannot have changed, so everything is.
    private func look(_ kind: Kind, _ document: JSONObject, _ asked: Set<String>) -> Observation {
        Observation(target: PollTarget(account: "acme", kind: kind), owner: "7", items: [.init(id: "7", document: document)], asked: asked)
    }

    private func snapshot(_ kind: Kind, _ document: JSONObject) throws -> JSONObject {
        let first = Comparison(of: look(kind, document, []), with: Snapshot())
        return try #require(first.writes.first?.entry?.document)
    }

    private func compare(_ kind: Kind, _ document: JSONObject, with known: JSONObject) -> Comparison {
        let asked = Set(known.names).union(document.names)
        let snapshot = Snapshot(asked: asked, entries: ["7": .init(document: known)])
        var look = look(kind, document, asked)
        // What is lacked is told by the second poll in a row.
        look.quorum = Comparison(of: look, with: snapshot).quorum
        return Comparison(of: look, with: snapshot)
    }

    /// Over all reference payloads: the same in another form tells nothing, and the snapshot keeps the form that was seen first, byte for byte.
    @Test(arguments: kinds) func document_inAnotherForm_isNoChange_andKeepsItsFirstForm(kind: Kind) throws {
        let documents = MetaForms.documents(kind)
        #expect(documents.count > 1 && documents.contains { !$0.isEmpty })
        var forms = MetaForms(random: SeededGenerator(state: 10), kind: kind)
        for document in documents {
            let known = try snapshot(kind, document)
            for _ in 0..<100 {
                let same = forms.same(document)
                let comparison = compare(kind, same, with: known)
                #expect(comparison.changes.isEmpty && comparison.writes.isEmpty, "\(JSONValue.object(document)) \(JSONValue.object(same))")
                if !comparison.changes.isEmpty { return }
            }
        }
    }

    /// One to three real edits in a document that comes in another form: just these are told, the rest stays as it was, byte for byte.
    @Test(arguments: kinds) func edits_amongOtherForms_areToldAndNothingElse(kind: Kind) throws {
        var forms = MetaForms(random: SeededGenerator(state: 11), kind: kind)
        for document in MetaForms.documents(kind) where !document.isEmpty {
            let known = try snapshot(kind, document)
            for round in 0..<150 {
                var edited = document
                var places: [JSONPointer] = []
                for _ in 0...forms.below(3) {
                    // Each place once, as a second edit may take back the first.
                    var next = edited
                    if let place = forms.edit(&next), !places.contains(where: { $0.isPrefix(of: place) || place.isPrefix(of: $0) }) {
                        (edited, places) = (next, places + [place])
                    }
                }
                guard !places.isEmpty else { continue }
                let now = forms.same(edited)
                let comparison = compare(kind, now, with: known)
                let change = try #require(comparison.changes.first, "\(kind) \(round) \(places) \(JSONValue.object(now))")
                let write = try #require(comparison.writes.first?.entry?.document)
                let told = change.fields
                func meet(_ left: JSONPointer, _ right: JSONPointer) -> Bool { left.isPrefix(of: right) || right.isPrefix(of: left) }
                let isExact =
                    comparison.changes.count == 1 && places.allSatisfy { place in told.contains { meet($0, place) } }
                    && told.allSatisfy { field in places.contains { meet(field, $0) } }
                #expect(isExact, "\(kind) \(round): edited \(places), told \(told) \(JSONValue.object(now))")
                #expect(change.applied(to: known) == write)
                #expect(change.fields.allSatisfy { change.before?.value(at: $0) == known.value(at: $0) })
                // What was not edited is what it was.
                #expect(
                    JSONObject(known.filter { !places.map(\.names.first).contains($0.name) }.map { ($0.name, $0.value) })
                        == JSONObject(write.filter { !places.map(\.names.first).contains($0.name) }.map { ($0.name, $0.value) }))
                #expect(compare(kind, forms.same(edited), with: write).changes.isEmpty)
                if !isExact { return }
            }
        }
    }

    /// What is not compared is in no snapshot.
    @Test func snapshot_holdsWhatIsCompared() throws {
        let number = try snapshot(.phoneNumber, try #require(MetaForms.documents(.phoneNumber).last))
        let text = JSONValue.object(number).description
        for word in ["Wait.", "certificate", "date", "additional_info"] { #expect(!text.contains(word), "\(word)") }
        let profile = try snapshot(.businessProfile, try #require(MetaForms.documents(.businessProfile).last))
        #expect(profile["profile_picture_url"] == "/v/t61.24694-24/56_n.jpg")
    }

    /// The forms that the release before kept: its picture has a host, its health has words, its numbers have what was never compared.
    @Test func snapshot_ofTheReleaseBefore_isTheSame() throws {
        let health: JSONValue = [
            "can_send_message": "BLOCKED",
            "entities": [
                [
                    "entity_type": "WABA", "id": "1", "can_send_message": "BLOCKED",
                    "errors": [["error_code": 141_006, "error_description": "Words."]],
                ]
            ],
        ]
        var told = health.object ?? [:]
        told["entities"] = [
            [
                "entity_type": "WABA", "id": 1, "can_send_message": "blocked",
                "errors": [["error_code": "141006", "error_description": "Others."]],
            ]
        ]
        let known: JSONObject = ["profile_picture_url": "pps.whatsapp.net/v/t61/1.jpg", "health_status": health, "vertical": .null]
        let now: JSONObject = ["profile_picture_url": "https://media.example/v/t61/1.jpg?oh=1", "health_status": .object(told)]
        let comparison = compare(.businessProfile, now, with: known)
        #expect(comparison.changes.isEmpty && comparison.writes.isEmpty)
    }

    /// A member that is nothing joins nothing and is not lost.
    @Test func member_thatIsNothing_isNoDrift_andJoinsNothing() {
        let target = PollTarget(account: "acme", kind: .phoneNumber)
        func look(_ value: JSONValue?) -> Observation {
            let items = (1...3).map { id in
                var document: JSONObject = ["id": .string("\(id)")]
                document["webhook_configuration"] = value
                return Observation.Item(id: "\(id)", document: document)
            }
            return Observation(target: target, owner: "102", items: items, asked: ["id", "webhook_configuration"])
        }
        for (before, after) in [(JSONValue.object([:]), nil), (nil, .some(.array([]))), (.null, .object(["application": .null]))]
            as [(JSONValue?, JSONValue?)]
        {
            var known = Snapshot(asked: ["id", "webhook_configuration"])
            for (id, entry) in Comparison(of: look(before), with: Snapshot()).writes { known.entries[id] = entry }
            let comparison = Comparison(of: look(after), with: known)
            #expect(comparison.changes.isEmpty && comparison.drifted.isEmpty && comparison.quorum.isIdle && comparison.writes.isEmpty)
            known.asked = ["id"]
            #expect(Comparison(of: look(after), with: known).changes.isEmpty)
        }
    }
}
