import Testing
import TestTools

@testable import Watching

/// The search for the field that is refused, against a Meta that refuses some, in earnest or in passing.
@Suite struct FieldSearchTests {
    private static let fields = ["id"] + (1...18).map { "field_\($0)" }

    /// What a search comes to, and what it asked.
    private func run(
        _ fields: [String] = fields, least: [String] = ["id"], answer: (_ asked: [String], _ turn: Int) -> FieldSearch.Event
    ) -> (end: FieldSearch.Step, asked: [[String]]) {
        var search = FieldSearch(fields, least: least)
        var asked: [[String]] = []
        while case .ask(let next) = search.next {
            asked.append(next)
            search.on(answer(next, asked.count))
        }
        return (search.next, asked)
    }

    private func refusing(_ names: Set<String>, code: Int = 200) -> ([String], Int) -> FieldSearch.Event {
        { asked, _ in names.isDisjoint(with: asked) ? .accepted : .refused(code: code, field: nil) }
    }

    @Test(arguments: 1...18) func field_thatIsRefused_isFoundInFewCalls(index: Int) {
        let (end, asked) = run(answer: refusing(["field_\(index)"]))
        #expect(end == .found(["field_\(index)"]))
        #expect(asked.count <= 18, "\(asked.count) calls")
        #expect(asked.first == ["id"], "the least comes first")
        #expect(asked.allSatisfy { $0.contains("id") })
    }

    @Test(arguments: [["calling"], ["storage_configuration"], ["user_identity_change"], ["calling", "user_identity_change"]])
    func fields_ofAnEdgeWithoutID_areFound(refused: Set<String>) {
        let (end, asked) = run(["calling", "storage_configuration", "user_identity_change"], least: [], answer: refusing(refused))
        #expect(end == .found(refused))
        #expect(asked.first == [] && asked.count <= 20)
    }

    @Test(arguments: [[1, 2], [1, 18], [4, 9, 16]]) func severalFields_areAllFound(indices: [Int]) {
        let names = Set(indices.map { "field_\($0)" })
        let (end, asked) = run(answer: refusing(names))
        #expect(end == .found(names))
        #expect(asked.count <= FieldSearch.most)
    }

    @Test func field_thatARefusalNames_needsNoSearch() {
        let (end, asked) = run { asked, _ in asked.contains("field_7") ? .refused(code: 10, field: "field_7") : .accepted }
        #expect(end == .found(["field_7"]))
        #expect(asked.count <= 6, "\(asked.count) calls")
    }

    @Test func least_thatIsRefused_isTheThingsRefusal() {
        let (end, asked) = run { _, _ in .refused(code: 10, field: nil) }
        #expect(end == .thing && asked == [["id"]])
    }

    @Test func everyField_thatIsRefused_isTheThingsRefusal_andBounded() {
        for count in [1, 2, 18, 200] {
            let fields = ["id"] + (0..<count).map { "f\($0)" }
            let (end, asked) = run(fields, answer: refusing(Set(fields.dropFirst())))
            #expect(end == (count < FieldSearch.most ? .thing : .unknown))
            #expect(asked.count <= FieldSearch.most)
        }
        #expect(run(["id"], answer: refusing([])).end == .thing, "there is nothing to leave out")
    }

    /// The whole was refused once, and nothing is any more.
    @Test func refusal_thatHasPassed_leavesNothingOut() {
        let (end, asked) = run(answer: refusing([]))
        #expect(end == .found([]) && asked.count == 3)
    }

    /// One refusal in passing, at whatever turn of the search.
    @Test func refusal_inPassing_leavesNothingInnocentOut() {
        for turn in 1...20 {
            let (end, _) = run { _, now in now == turn ? .refused(code: 10, field: nil) : .accepted }
            #expect([.found([]), turn == 1 ? .thing : .unknown].contains(end), "at turn \(turn)")
            let (mixed, _) = run { asked, now in
                now == turn || asked.contains("field_3") ? .refused(code: 200, field: nil) : .accepted
            }
            #expect([.found(["field_3"]), turn == 1 ? .thing : .unknown].contains(mixed), "at turn \(turn)")
        }
    }

    /// Answers that are refused at random, half of the time or less: what is left out by that is next to nothing.
    @Test(arguments: [0.1, 0.3, 0.5, 0.9]) func refusals_atRandom_areNotTakenForAFields(probability: Double) {
        var random = SeededGenerator(state: 15)
        var wrong = 0
        for round in 0..<20_000 {
            let fields = round % 2 == 0 ? Self.fields : ["calling", "storage_configuration", "user_identity_change"]
            let (end, asked) = run(fields, least: round % 2 == 0 ? ["id"] : []) { _, _ in
                Double.random(in: 0..<1, using: &random) < probability
                    ? .refused(code: Bool.random(using: &random) ? 10 : 200, field: nil) : .accepted
            }
            if case .found(let names) = end, !names.isEmpty { wrong += 1 }
            #expect(asked.count <= FieldSearch.most)
        }
        #expect(wrong <= 20, "\(wrong) of 20000")
    }
}
