import Changes
import StrictJSON
import Testing
import WhatsAppBusiness

/// Health is told by what became of it, in whatever order and words it comes.
@Suite struct HealthTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var before: String
        var after: String
        var severity: Severity?
        var words: String = ""
    }

    private static func status(_ state: String, _ entities: String...) -> String {
        #"{"can_send_message":"\#(state)","entities":[\#(entities.joined(separator: ","))]}"#
    }

    private static func entity(_ type: String, _ state: String, _ codes: Int..., words: String = "") -> String {
        let errors = codes.map { #"{"error_code":\#($0),"error_description":"\#(words)","possible_solution":"\#(words)"}"# }
        return
            #"{"entity_type":"\#(type)","id":"1","can_send_message":"\#(state)","additional_info":["\#(words)"],"errors":[\#(errors.joined(separator: ","))]}"#
    }

    static let cases: [Case] = [
        Case(
            testDescription: "new words for what is blocked", before: status("BLOCKED", entity("WABA", "BLOCKED", 141_006, words: "a")),
            after: status("BLOCKED", entity("WABA", "BLOCKED", 141_006, words: "b"))),
        Case(
            testDescription: "another order of things and errors",
            before: status("BLOCKED", entity("WABA", "BLOCKED", 141_006, 141_010), entity("APP", "AVAILABLE")),
            after: status("BLOCKED", entity("APP", "AVAILABLE"), entity("WABA", "BLOCKED", 141_010, 141_006))),
        Case(
            testDescription: "blocked", before: status("AVAILABLE", entity("WABA", "AVAILABLE")),
            after: status("BLOCKED", entity("WABA", "BLOCKED", 141_006)), severity: .critical, words: "went from AVAILABLE to BLOCKED"),
        Case(
            testDescription: "limited", before: status("AVAILABLE"), after: status("LIMITED"), severity: .warning,
            words: "went from AVAILABLE to LIMITED"),
        Case(
            testDescription: "one thing is blocked", before: status("BLOCKED", entity("WABA", "BLOCKED", 1), entity("APP", "AVAILABLE")),
            after: status("BLOCKED", entity("WABA", "BLOCKED", 1), entity("APP", "BLOCKED", 2)), severity: .critical,
            words: "changed: APP 1 went from AVAILABLE to BLOCKED (2)"),
        Case(
            testDescription: "a code is new", before: status("BLOCKED", entity("WABA", "BLOCKED", 141_006)),
            after: status("BLOCKED", entity("WABA", "BLOCKED", 141_006, 141_010)), severity: .critical,
            words: "changed: WABA 1 is still BLOCKED (141010)"),
        Case(
            testDescription: "a code is gone", before: status("BLOCKED", entity("WABA", "BLOCKED", 141_006, 141_010)),
            after: status("BLOCKED", entity("WABA", "BLOCKED", 141_010)), severity: .info, words: "changed: WABA 1 is still BLOCKED"),
        Case(
            testDescription: "better, but not well", before: status("BLOCKED", entity("WABA", "BLOCKED", 141_006)),
            after: status("LIMITED", entity("WABA", "LIMITED")), severity: .info, words: "went from BLOCKED to LIMITED"),
        Case(
            testDescription: "well", before: status("BLOCKED", entity("WABA", "BLOCKED", 141_006), entity("APP", "LIMITED")),
            after: status("available", entity("APP", "available"), entity("WABA", "Available")), severity: .info,
            words: "went from BLOCKED to AVAILABLE"),
        Case(
            testDescription: "one is better while another is still blocked",
            before: status("BLOCKED", entity("WABA", "BLOCKED", 1), entity("APP", "BLOCKED", 2)),
            after: status("BLOCKED", entity("WABA", "BLOCKED", 1), entity("APP", "AVAILABLE")), severity: .info,
            words: "changed: APP 1 went from BLOCKED to AVAILABLE"),
        Case(
            testDescription: "first seen, and blocked", before: "null", after: status("BLOCKED"), severity: .critical,
            words: "went from nothing to BLOCKED"),
        Case(
            testDescription: "a state that nobody knows", before: status("AVAILABLE"), after: status("ON_FIRE"), severity: .notice,
            words: "went from AVAILABLE to ON_FIRE"),
    ]

    @Test(arguments: cases) func health_isToldByWhatBecameOfIt(health: Case) throws {
        for kind in [Kind.account, .phoneNumber, .messageTemplate] {
            let target = PollTarget(account: "acme", kind: kind)
            func look(_ text: String) throws -> Observation {
                let item = Observation.Item(id: "7", document: ["health_status": try JSONValue(parsing: text)])
                return Observation(target: target, owner: "102", items: [item], asked: ["health_status"])
            }
            let first = Comparison(of: try look(health.before), with: Snapshot())
            let known = Snapshot(
                asked: ["health_status"],
                entries: Dictionary(uniqueKeysWithValues: first.writes.compactMap { id, entry in entry.map { (id, $0) } }))
            let comparison = Comparison(of: try look(health.after), with: known)
            guard kind != .messageTemplate else {
                #expect(comparison.changes.isEmpty == (health.severity == nil))
                continue
            }
            #expect(comparison.changes.map(\.severity.known) == (health.severity.map { [$0] } ?? []))
            #expect(
                comparison.changes.first.map { $0.summary.contains(health.words) } ?? true, "\(comparison.changes.first?.summary ?? "")")
        }
    }

    /// Sentences and urgency follow the meaning, not the letters.
    @Test(arguments: [
        ("Green", "YELLOW", Severity.warning, "fell from GREEN to YELLOW"), ("red", "Green", .info, "rose from RED to GREEN"),
    ])
    func rating_inAnyCase_fallsAndRises(from: String, to: String, severity: Severity, verb: String) {
        let target = PollTarget(account: "acme", kind: .phoneNumber)
        let known = Snapshot(asked: ["quality_rating"], entries: ["7": .init(document: ["quality_rating": .string(from)])])
        let item = Observation.Item(id: "7", document: ["quality_rating": .string(to)])
        let change = Comparison(of: Observation(target: target, owner: "1", items: [item], asked: ["quality_rating"]), with: known).changes
            .first
        #expect(change?.severity.known == severity && change?.summary.contains(verb) == true, "\(change?.summary ?? "")")
        #expect(change?.before == ["quality_rating": .string(from)] && change?.after == ["quality_rating": .string(to)])
    }

    /// A switch in another type is told, but nobody is told that it was turned off.
    @Test func switch_inAnotherType_wasNotTurnedOff() {
        let target = PollTarget(account: "acme", kind: .phoneNumber)
        func told(_ value: JSONValue) -> Severity? {
            let known = Snapshot(asked: ["is_pin_enabled"], entries: ["7": .init(document: ["is_pin_enabled": true])])
            let item = Observation.Item(id: "7", document: ["is_pin_enabled": value])
            return Comparison(of: Observation(target: target, owner: "1", items: [item], asked: ["is_pin_enabled"]), with: known).changes
                .first?
                .severity.known
        }
        #expect(told("true") == .notice && told("false") == .warning && told(false) == .warning)
    }
}
