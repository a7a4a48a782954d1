import Changes
import StrictJSON
import Testing
import WhatsAppBusiness

@Suite struct ComparisonTests {
    private let numbers = PollTarget(account: "acme", kind: .phoneNumber)
    private let profile = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "7")
    private let asked: Set<String> = ["id", "status", "quality_rating", "display_phone_number", "throughput"]

    private func number(_ id: String, rating: String? = "GREEN", status: String = "CONNECTED") -> Observation.Item {
        var document: JSONObject = ["id": .string(id), "status": .string(status), "display_phone_number": "+1 555-000-\(id)"]
        document["quality_rating"] = rating.map(JSONValue.string)
        return Observation.Item(id: id, document: document)
    }

    private func look(_ items: [Observation.Item], asked: Set<String>? = nil) -> Observation {
        Observation(target: numbers, owner: "102", items: items, asked: asked ?? self.asked)
    }

    /// What the second of two polls that show the same comes to: one alone says of no member that it is gone.
    private func second(_ observation: Observation, with snapshot: Snapshot) -> Comparison {
        let first = Comparison(of: observation, with: snapshot)
        #expect(first.changes.isEmpty && first.writes.isEmpty && first.drifted.isEmpty)
        var observation = observation
        observation.quorum = first.quorum
        return Comparison(of: observation, with: snapshot)
    }

    /// The snapshot that a comparison leads to.
    private func snapshot(after observation: Observation, from snapshot: Snapshot = Snapshot()) -> Snapshot {
        var next = Snapshot(asked: observation.asked, entries: snapshot.entries)
        for (id, entry) in Comparison(of: observation, with: snapshot).writes { next.entries[id] = entry }
        return next
    }

    @Test func memberThatCannotBeAskedFor_staysWhatItWas_howeverOftenItIsLookedAt() {
        var known = snapshot(after: look([number("1")]))
        let without = asked.subtracting(["quality_rating"])
        for _ in 0..<3 {
            let observation = look([number("1", rating: nil)], asked: without)
            #expect(Comparison(of: observation, with: known).changes.isEmpty)
            known = snapshot(after: observation, from: known)
        }
        #expect(known.entries["1"]?.document["quality_rating"] == "GREEN")
    }

    @Test func bareIDs_areComparedAsThingsWhoseDocumentIsTheID() {
        let target = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: "7")
        let first = Comparison(of: Observation(target: target, owner: "7", ids: ["16505550001", "US.2"]), with: Snapshot())
        #expect(Array(first.ids) == ["16505550001", "US.2"] && first.writes.isEmpty)
        #expect(first.changes.map(\.operation) == [.baseline] && first.changes.first?.after == ["count": 2])
        let known = Snapshot(
            asked: [], entries: ["16505550001": .init(document: ["wa_id": "16505550001"]), "US.2": .init(document: ["user_id": "US.2"])])
        let next = Comparison(of: Observation(target: target, owner: "7", ids: ["US.2", "US.3"]), with: known)
        #expect(next.changes.map(\.resource.id) == ["US.3"] && next.changes.first?.after == ["user_id": "US.3"] && next.ids.isEmpty)
        #expect(next.writes.map(\.id) == ["US.3", "16505550001"] && next.writes.last?.entry?.misses == 1)
    }

    /// A member that every thing lost is drift too where it was not asked for the last time: what was known of it was known.
    @Test func memberThatAllThingsLost_isDrift_whetherOrNotItWasAskedForTheLastTime() {
        let before = snapshot(after: look((1...3).map { number("\($0)") }))
        let known = Snapshot(asked: asked.subtracting(["quality_rating"]), entries: before.entries)
        let comparison = second(look((1...3).map { number("\($0)", rating: nil) }), with: known)
        #expect(comparison.drifted == ["quality_rating"] && comparison.changes.isEmpty && comparison.writes.isEmpty)
    }

    @Test func firstLook_atAList_isOneBaselineWithTheCount() {
        let comparison = Comparison(of: look([number("1"), number("2")]), with: Snapshot())
        #expect(comparison.changes.count == 1)
        let change = comparison.changes.first
        #expect(change?.operation == .baseline)
        #expect(change?.resource == ResourceID(account: "acme", kind: .phoneNumber, id: "102"))
        #expect(change?.after == ["count": 2])
        #expect(change?.summary == "acme: found 2 phone numbers; watching from here on")
        #expect(comparison.writes.map(\.id) == ["1", "2"])
    }

    @Test func firstLook_atASingleThing_isABaselineWithItsDocument() {
        let observation = Observation(target: profile, owner: "7", items: [.init(id: "7", document: ["about": "Hi"])], asked: ["about"])
        let comparison = Comparison(of: observation, with: Snapshot()) { _ in "+1 555-7" }
        #expect(comparison.changes.map(\.operation) == [.baseline])
        #expect(comparison.changes.first?.after == ["about": "Hi"])
        #expect(comparison.changes.first?.resource.phoneNumberID == "7")
        #expect(comparison.changes.first?.summary == "acme: found the business profile of +1 555-7 (7); watching from here on")
    }

    @Test func look_thatShowsTheSame_saysAndWritesNothing() {
        let comparison = Comparison(of: look([number("1")]), with: snapshot(after: look([number("1")])))
        #expect(comparison.changes.isEmpty)
        #expect(comparison.writes.isEmpty)
        #expect(!comparison.askedChanged)
    }

    @Test(arguments: [
        ("GREEN", "YELLOW", Severity.warning, "fell from GREEN to YELLOW"), ("YELLOW", "RED", .warning, "fell from YELLOW to RED"),
        ("RED", "GREEN", .info, "rose from RED to GREEN"), ("GREEN", "UNKNOWN", .notice, "went from GREEN to UNKNOWN"),
        ("UNKNOWN", "RED", .warning, "went from UNKNOWN to RED"), ("NA", "GREEN", .info, "went from NA to GREEN"),
    ])
    func rating_thatMoves_isTold(from: String, to: String, severity: Severity, verb: String) {
        let comparison = Comparison(of: look([number("1", rating: to)]), with: snapshot(after: look([number("1", rating: from)])))
        let change = comparison.changes.first
        #expect(comparison.changes.count == 1)
        #expect(change?.severity == severity)
        #expect(change?.fields.map(\.description) == ["/quality_rating"])
        #expect(change?.before == ["quality_rating": .string(from)])
        #expect(change?.after == ["quality_rating": .string(to)])
        #expect(change?.summary == "acme: quality rating of +1 555-000-1 (1) \(verb)")
    }

    @Test(arguments: [
        ("DISCONNECTED", Severity.critical), ("BANNED", .critical), ("MIGRATED", .critical), ("OFFLINE", .critical),
        ("SUSPENDED", .critical), ("FLAGGED", .warning), ("UNVERIFIED", .warning), ("PENDING", .notice),
    ])
    func status_thatMoves_isAsUrgentAsItIs(status: String, severity: Severity) {
        let comparison = Comparison(of: look([number("1", status: status)]), with: snapshot(after: look([number("1")])))
        #expect(comparison.changes.map(\.severity) == [OpenEnum(severity)])
    }

    @Test(arguments: [
        ("status", JSONValue.string("ACTIVE"), JSONValue.string("SUSPENDED"), Severity.critical, "status of the account 102 went"),
        ("status", "ACTIVE", "OFFBOARDED", .critical, "status of the account 102 went"),
        ("account_review_status", "APPROVED", "RESTRICTED", .critical, "review of the account 102 went"),
    ])
    func account_thatIsTakenAway_isCritical(member: String, from: JSONValue, to: JSONValue, severity: Severity, words: String) {
        expect(.account, "102", member, from, to, severity, words)
    }

    @Test(arguments: [
        ("UTILITY" as String?, "MARKETING", Severity.warning, "moved from UTILITY to MARKETING"),
        ("AUTHENTICATION", "MARKETING", .warning, "moved from AUTHENTICATION to MARKETING"),
        ("MARKETING", "UTILITY", .info, "moved from MARKETING to UTILITY"),
        ("AUTHENTICATION", "UTILITY", .notice, "moved from AUTHENTICATION to UTILITY"),
        (nil, "MARKETING", .notice, "changed from nothing to MARKETING"),
    ])
    func template_thatIsMovedToAnotherCategory_isAWarning_whereItCostsMore(from: String?, to: String, severity: Severity, verb: String) {
        let words = "category of the message template 5 \(verb)"
        expect(.messageTemplate, "5", "category", from.map(JSONValue.string), .string(to), severity, words)
    }

    @Test(arguments: ["name_status", "new_name_status"])
    func name_thatExpires_isAWarning(member: String) {
        expect(.phoneNumber, "1", member, "APPROVED", "EXPIRED", .warning, "went from APPROVED to EXPIRED")
    }

    @Test func template_thatIsArchived_isAWarning() {
        expect(.messageTemplate, "5", "status", "APPROVED", "ARCHIVED", .warning, "went from APPROVED to ARCHIVED")
    }

    /// One member of one thing goes from one value to another; that is told once, as urgent as this and in these words.
    private func expect(
        _ kind: Kind, _ id: String, _ member: String, _ from: JSONValue?, _ to: JSONValue, _ severity: Severity, _ words: String
    ) {
        var known: JSONObject = ["id": .string(id)]
        known[member] = from
        let asked: Set<String> = ["id", member]
        let item = Observation.Item(id: id, document: ["id": .string(id), member: to])
        let observation = Observation(target: PollTarget(account: "acme", kind: kind), owner: "102", items: [item], asked: asked)
        let changes = Comparison(of: observation, with: Snapshot(asked: asked, entries: [id: .init(document: known)])).changes
        #expect(changes.map(\.severity) == [OpenEnum(severity)])
        #expect(changes.first?.summary.contains(words) == true, "\(changes.first?.summary ?? "-")")
    }

    @Test func change_ofSeveralMembers_beginsWithTheWorst() {
        let after = number("1", rating: "YELLOW", status: "BANNED")
        let comparison = Comparison(of: look([after]), with: snapshot(after: look([number("1")])))
        #expect(
            comparison.changes.first?.summary
                == "acme: status of +1 555-000-1 (1) went from CONNECTED to BANNED, quality rating fell from GREEN to YELLOW")
        #expect(comparison.changes.first?.severity == .critical)
    }

    @Test func number_thatIsMissedOnce_isNotRemoved() {
        let first = snapshot(after: look([number("1"), number("2")]))
        let missed = Comparison(of: look([number("1")]), with: first)
        #expect(missed.changes.isEmpty)
        let second = snapshot(after: look([number("1")]), from: first)
        #expect(second.entries["2"]?.misses == 1)
        let back = Comparison(of: look([number("1"), number("2")]), with: second)
        #expect(back.changes.isEmpty)
        #expect(snapshot(after: look([number("1"), number("2")]), from: second).entries["2"]?.misses == 0)
    }

    @Test func number_thatIsMissedTwice_isRemoved() {
        let first = snapshot(after: look([number("1"), number("2")]))
        let second = snapshot(after: look([number("1")]), from: first)
        let gone = Comparison(of: look([number("1")]), with: second)
        #expect(gone.changes.map(\.operation) == [.removed])
        #expect(gone.changes.first?.before == first.entries["2"]?.document)
        #expect(gone.changes.first?.summary == "acme: phone number +1 555-000-2 (2) was removed")
    }

    @Test func member_thatAllOfThreeLose_isDriftAndKept() {
        let before = snapshot(after: look(["1", "2", "3"].map { number($0) }))
        let comparison = second(look(["1", "2", "3"].map { number($0, rating: nil) }), with: before)
        #expect(comparison.drifted == ["quality_rating"])
        #expect(comparison.changes.isEmpty)
        #expect(comparison.writes.isEmpty)
    }

    @Test func member_thatBothOfTwoLose_isAChangeLikeAnyOther() {
        let before = snapshot(after: look(["1", "2"].map { number($0) }))
        let comparison = second(look(["1", "2"].map { number($0, rating: nil) }), with: before)
        #expect(comparison.drifted.isEmpty)
        #expect(comparison.changes.count == 2)
    }

    @Test func member_thatIsNewlyAskedFor_joinsWithABaseline() {
        let before = snapshot(after: look([number("1", rating: nil)], asked: asked.subtracting(["quality_rating"])))
        let comparison = Comparison(of: look([number("1", rating: "RED")]), with: before)
        #expect(comparison.changes.map(\.operation) == [.baseline])
        #expect(comparison.changes.first?.after == ["quality_rating": "RED"])
        #expect(comparison.askedChanged)
    }

    /// So that they can be told as one.
    @Test func baselinesOfJoinedMembers_standTogether_beforeWhatChanged() {
        let before = snapshot(after: look(["1", "2", "3"].map { number($0, rating: nil) }, asked: asked.subtracting(["quality_rating"])))
        let items = [number("1", status: "BANNED"), number("2"), number("3", status: "BANNED"), number("4")]
        let comparison = Comparison(of: look(items), with: before)
        #expect(comparison.changes.map(\.operation) == [.baseline, .baseline, .baseline, .changed, .changed, .added])
        #expect(comparison.changes.map(\.resource.id) == ["1", "2", "3", "1", "3", "4"])
        for id in ["1", "2", "3"] {
            let document = comparison.changes.filter { $0.resource.id == id }.reduce(before.entries[id]?.document) { $1.applied(to: $0) }
            #expect(document == comparison.writes.first { $0.id == id }?.entry?.document)
        }
    }

    @Test func member_thatIsNoLongerAskedFor_keepsItsValue() {
        let before = snapshot(after: look([number("1")]))
        let comparison = Comparison(of: look([number("1", rating: nil)], asked: asked.subtracting(["quality_rating"])), with: before)
        #expect(comparison.changes.isEmpty)
        #expect(comparison.writes.isEmpty)
        #expect(comparison.askedChanged)
    }

    @Test func profile_whosePictureIsSignedAnew_isTheSame() {
        let rules = Rules.of(.businessProfile)
        let one = rules.compared(["profile_picture_url": "https://pps.whatsapp.net/v/t61/1.jpg?oh=1&oe=2", "about": .null])
        let two = rules.compared(["profile_picture_url": "https://pps.whatsapp.net/v/t61/1.jpg?oh=3&oe=4"])
        #expect(one == two)
        #expect(one == ["profile_picture_url": "/v/t61/1.jpg"])
    }

    @Test func number_withItsCertificate_isKeptWithoutIt() {
        let kept = Rules.of(.phoneNumber).compared(["id": "1", "certificate": "x", "new_certificate": "y"])
        #expect(kept == ["id": "1"])
    }

    @Test func healthEntities_inAnotherOrder_areTheSame() throws {
        func document(_ order: [String]) -> JSONObject {
            [
                "health_status": [
                    "entities": .array(order.map { ["entity_type": "APP", "id": .string($0), "can_send_message": "AVAILABLE"] })
                ]
            ]
        }
        let rules = Rules.of(.phoneNumber)
        #expect(rules.compared(document(["2", "1"])) == rules.compared(document(["1", "2"])))
    }

    @Test func text_fromOutside_cannotBreakTheSentence() {
        let before = Snapshot(asked: ["about"], entries: ["7": .init(document: ["about": "Hi"])])
        let item = Observation.Item(id: "7", document: ["about": .string("a\nb" + String(repeating: "x", count: 500))])
        let summary = Comparison(of: Observation(target: profile, owner: "7", items: [item], asked: ["about"]), with: before).changes.first?
            .summary
        #expect(summary?.contains("\n") == false)
        #expect((summary?.count ?? .max) < 250)
        #expect(summary?.hasPrefix(#"acme: about of the business profile of 7 changed from "Hi" to "a\nb"#) == true)
    }
}

@Suite struct FieldsThatAreNotAskedForTests {
    private let target = PollTarget(account: "acme", kind: .phoneNumberSettings, phoneNumberID: "7")

    /// A field that Meta does not know is left out poll after poll, and comes back after a restart.
    @Test func value_isKept_lookAfterLook_andComparedAgainWhenItIsAskedFor() {
        func observation(_ asked: Set<String>, _ document: JSONObject) -> Observation {
            Observation(target: target, owner: "7", items: [.init(id: "7", document: document)], asked: asked)
        }
        var snapshot = Snapshot(asked: ["id", "calling", "storage"], entries: ["7": .init(document: ["calling": "a", "storage": "b"])])
        for _ in 0..<3 {
            let comparison = Comparison(of: observation(["id", "calling"], ["calling": "a"]), with: snapshot)
            #expect(comparison.changes.isEmpty)
            for (id, entry) in comparison.writes { snapshot.entries[id] = entry }
            snapshot.asked = ["id", "calling"]
        }
        let back = Comparison(of: observation(["id", "calling", "storage"], ["calling": "a", "storage": "c"]), with: snapshot)
        #expect(back.changes.map(\.fields.first?.description) == ["/storage"])
    }
}
