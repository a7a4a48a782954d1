import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Changes

/// Changes with somebody's action behind them.
@Suite(.timeLimit(.minutes(1))) struct CauseTests {
    private static let profile = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "106")
    private static let blocked = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: "106")
    private static let codes = PollTarget(account: "acme", kind: .qrCode, phoneNumberID: "106")

    private func compare(
        _ target: PollTarget, _ before: [String: JSONObject], _ after: [String: JSONObject], _ causes: [ActionCause], misses: Int = 0
    ) -> Comparison {
        var observation = Observation(
            target: target, owner: "106", items: after.sorted { $0.key < $1.key }.map { Observation.Item(id: $0.key, document: $0.value) })
        observation.causes = causes
        let snapshot = Snapshot(asked: [], entries: before.mapValues { Snapshot.Entry(document: $0, misses: misses) })
        return Comparison(of: observation, with: snapshot)
    }

    @Test func changeOfAMember_isTheActors_ifTheActionSetIt() {
        let cause = ActionCause(actor: "alice (1000)", target: Self.profile, ids: nil, operations: [.changed], members: ["about"])
        let before: [String: JSONObject] = ["106": ["about": "a", "address": "b"]]
        let own = compare(Self.profile, before, ["106": ["about": "c", "address": "b"]], [cause]).changes
        #expect(own.map(\.origin) == [OpenEnum(.command)] && own.map(\.actor) == ["alice (1000)"])
        let foreign = compare(Self.profile, before, ["106": ["about": "a", "address": "c"]], [cause]).changes
        #expect(foreign.map(\.origin) == [OpenEnum(.poll)] && foreign.map(\.actor) == [nil])
    }

    @Test func thingThatIsAdded_isTheActors_ifItIsNamedOrShowsWhatWasMade() {
        let named = ActionCause(actor: "alice (1000)", target: Self.blocked, ids: ["1650"], operations: [.added])
        let added = compare(Self.blocked, [:], ["1650": ["wa_id": "1650"], "1651": ["wa_id": "1651"]], [named]).changes
        #expect(added.map(\.actor) == ["alice (1000)", nil])
        let made = ActionCause(
            actor: "bob (7)", target: Self.codes, ids: nil, operations: [.added], shows: ["prefilled_message": "Hi"])
        let codes = compare(
            Self.codes, [:], ["A": ["code": "A", "prefilled_message": "Hi"], "B": ["code": "B", "prefilled_message": "Ho"]], [made]
        ).changes
        #expect(codes.map(\.actor) == ["bob (7)", nil])
    }

    /// All of several things at once is held as a short answer, unless somebody is known to have taken them away.
    @Test func thingsThatAnActionTookAway_areNotHeld() {
        let before: [String: JSONObject] = ["1650": ["wa_id": "1650"], "1651": ["wa_id": "1651"]]
        let cause = ActionCause(actor: "alice (1000)", target: Self.blocked, ids: ["1650", "1651"], operations: [.removed])
        let held = compare(Self.blocked, before, [:], [], misses: 1)
        #expect(held.changes.isEmpty && held.hold.isActive)
        let removed = compare(Self.blocked, before, [:], [cause], misses: 1)
        #expect(removed.changes.map(\.operation) == [OpenEnum(.removed), OpenEnum(.removed)] && !removed.hold.isActive)
        #expect(removed.changes.allSatisfy { $0.actor == "alice (1000)" && $0.origin == .command })
        // The first poll that lacks them decides nothing, as ever.
        #expect(compare(Self.blocked, before, [:], [cause]).changes.isEmpty)
    }
}
