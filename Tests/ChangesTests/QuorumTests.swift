import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

@testable import Changes

/// A member that a thing no longer shows, at any depth, is told by the second poll in a row; one that comes and goes is Meta's doing.
@Suite struct QuorumTests {
    private static let members = [
        "quality_rating", "webhook_configuration/application", "throughput/level", "conversational_automation/deep/er/still",
        "messaging~1limit",
    ]

    /// Polls numbers, one after the other, each with what the ones before left open.
    private struct Looks {
        var target = PollTarget(account: "acme", kind: .phoneNumber)
        var snapshot = Snapshot()
        var quorum = Quorum()
        var last: Comparison?
        var changes: [DetectedChange] = []

        mutating func look(_ items: [Observation.Item]) {
            var observation = Observation(target: target, owner: "102", items: items)
            observation.quorum = quorum
            let comparison = Comparison(of: observation, with: snapshot)
            quorum = comparison.quorum
            snapshot.asked = []
            for (id, entry) in comparison.writes { snapshot.entries[id] = entry }
            changes += comparison.changes.filter { $0.operation != .baseline }
            last = comparison
        }
    }

    /// A number with these members.
    private static func number(_ id: String, _ members: some Sequence<String>) -> Observation.Item {
        var document: JSONObject = ["id": .string(id), "status": "CONNECTED"]
        for member in members { document.set(.string("value of \(member)"), at: Losses.pointer(member).names) }
        // What holds a member stays when the member goes.
        for member in Self.members where Losses.pointer(member).names.count > 1 {
            document.set("it stays", at: Losses.pointer(member).names.dropLast() + ["neighbour"])
        }
        return Observation.Item(id: id, document: document)
    }

    private static func numbers(_ count: Int, without: [String: Set<Int>] = [:]) -> [Observation.Item] {
        (1...count).map { index in number("\(index)", members.filter { !(without[$0]?.contains(index) ?? false) }) }
    }

    /// A number whose value is of another type does not show that the others' was taken by a person.
    @Test(arguments: [true, false]) func memberThatOneHasOfAnotherType_isMetasDoingAllTheSame(isOdd: Bool) {
        var looks = Looks()
        var strange = Self.number("9", [])
        strange.document["webhook_configuration"] = 7
        if isOdd { strange.odd = [["webhook_configuration"]] }
        looks.look(Self.numbers(5) + [strange])
        for without in [JSONValue.null, .object([:]), .null] {
            let items = Self.numbers(5).map { item in
                var item = item
                item.document["webhook_configuration"] = without
                return item
            }
            looks.look(items + [strange])
        }
        #expect(looks.changes.isEmpty == isOdd && looks.last?.drifted == (isOdd ? ["webhook_configuration"] : []))
    }

    @Test(arguments: members) func memberOfOne_isToldBySecondLook_once(member: String) {
        var looks = Looks()
        looks.look(Self.numbers(4))
        looks.look(Self.numbers(4, without: [member: [2]]))
        #expect(looks.changes.isEmpty && looks.quorum.isDoubtful)
        for _ in 0..<3 { looks.look(Self.numbers(4, without: [member: [2]])) }
        #expect(looks.changes.map(\.resource.id) == ["2"])
        #expect(looks.changes.first?.fields == [Losses.pointer(member)])
    }

    @Test(arguments: members) func memberOfAllOfThree_isDriftByTheSecondLook_andKept(member: String) {
        var looks = Looks()
        looks.look(Self.numbers(3))
        let before = looks.snapshot
        looks.look(Self.numbers(3, without: [member: [1, 2, 3]]))
        #expect(looks.last?.drifted == [])
        looks.look(Self.numbers(3, without: [member: [1, 2, 3]]))
        #expect(looks.last?.drifted == [member])
        #expect(looks.changes.isEmpty && looks.snapshot == before)
    }

    /// With two things it is a change like any other.
    @Test(arguments: members) func memberOfBothOfTwo_isTwoChanges(member: String) {
        var looks = Looks()
        looks.look(Self.numbers(2))
        for _ in 0..<4 { looks.look(Self.numbers(2, without: [member: [1, 2]])) }
        #expect(looks.changes.map(\.resource.id) == ["1", "2"] && looks.last?.drifted == [])
    }

    @Test(arguments: members) func memberThatIsMissingFromEveryOtherLook_isNoChange_andSaidToBeUnsteady(member: String) {
        var looks = Looks()
        looks.look(Self.numbers(5))
        let before = looks.snapshot
        for turn in 0..<16 { looks.look(Self.numbers(5, without: turn % 2 == 0 ? [member: [3]] : [:])) }
        #expect(looks.changes.isEmpty && looks.snapshot == before)
        #expect(looks.quorum.unsteady == [member])
        for _ in 0..<30 { looks.look(Self.numbers(5)) }
        #expect(looks.quorum.isIdle, "what has been steady for long is steady")
    }

    /// It can still be told that it is gone for good.
    @Test func memberThatFlappedAndThenIsGone_isToldInTheEnd() {
        var looks = Looks()
        looks.look(Self.numbers(5))
        for turn in 0..<8 { looks.look(Self.numbers(5, without: turn % 2 == 0 ? ["quality_rating": [3]] : [:])) }
        for _ in 0..<10 { looks.look(Self.numbers(5, without: ["quality_rating": [3]])) }
        #expect(looks.changes.map(\.resource.id) == ["3"])
    }

    @Test(arguments: [JSONValue.null, [:], [], ["a": .null], ["a": ["b": []]]]) func nothingInWhateverForm_isMissing(nothing: JSONValue) {
        var looks = Looks()
        looks.look(Self.numbers(1))
        var item = Self.number("1", Self.members)
        item.document["quality_rating"] = nothing
        looks.look([item])
        #expect(looks.changes.isEmpty)
        looks.look([item])
        #expect(looks.changes.map(\.fields) == [[JSONPointer(["quality_rating"])]])
    }

    /// Random lists whose members go and come at random. Two polls in a row at least lacked what is told to be gone; what all of three lost is never told;
    /// what is kept is what was there.
    @Test(arguments: 0..<200) func randomLists_tellOnlyWhatTwoLooksLacked(seed: UInt64) {
        var dice = SeededGenerator(state: seed)
        let count = Int.random(in: 1...7, using: &dice)
        var looks = Looks()
        looks.look(Self.numbers(count))
        var missing: [String: [Int: Int]] = [:]
        for _ in 0..<25 {
            var without: [String: Set<Int>] = [:]
            let chance = ([0, 0.1, 0.5, 1] as [Double]).randomElement(using: &dice) ?? 0
            for member in Self.members {
                without[member] = Set((1...count).filter { _ in Double.random(in: 0..<1, using: &dice) < chance })
                for index in 1...count {
                    let isMissing = without[member]?.contains(index) ?? false
                    missing[member, default: [:]][index] = isMissing ? (missing[member]?[index] ?? 0) + 1 : 0
                }
            }
            let before = looks.changes.count
            let kept = looks.snapshot
            looks.look(Self.numbers(count, without: without))
            for change in looks.changes[before...] {
                let index = Int(change.resource.id) ?? 0
                for field in change.fields {
                    let member = String(field.description.dropFirst())
                    let wasThere = kept.entries[change.resource.id]?.document.shows(member) ?? false
                    guard wasThere else { continue }
                    #expect(missing[member]?[index] ?? 0 >= 2, "\(member) of \(index) went")
                    let holders = kept.entries.filter { $0.value.document.shows(member) }.count
                    #expect(holders < 3 || (without[member]?.count ?? 0) < count, "\(member) is drift")
                }
            }
            for item in looks.snapshot.entries where !looks.changes.isEmpty || item.value.misses == 0 {
                for member in Self.members where !(without[member]?.contains(Int(item.key) ?? 0) ?? false) {
                    #expect(item.value.document.shows(member))
                }
            }
        }
    }
}
