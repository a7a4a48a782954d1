import FakeDaemon
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// A number that people write may be that of several things; none of them is taken without a word.
@Suite(.timeLimit(.minutes(1))) struct NumberSearchTests {
    private static func number(_ id: String, _ display: String, _ status: String = "CONNECTED", account: String = "acme") -> Resource {
        var number = Sample.number(id, display, "n", status: status, rating: "GREEN", limit: "1K", changed: 0)
        number.account = account
        return number
    }

    private static func removal(_ id: String, _ display: String) -> Change {
        var change = Sample.fall(1, Cursor("c"))
        (change.id, change.phoneNumberID, change.operation, change.fields, change.after) = (id, id, .removed, [], nil)
        change.before = ["display_phone_number": .string(display)]
        return change
    }

    @Test(
        arguments: [
            ("+1 555-0100", .found("1", removed: [])), ("15550100", .found("1", removed: [])), ("1 (555) 01.00", .found("1", removed: [])),
            ("+1\u{A0}555\u{2011}0100", .found("1", removed: [])), ("1", .found("1", removed: [])), ("7", .none), ("x15550100", .none),
            ("", .none), ("+", .none),
            ("１５５５０１００", .none), ("+1 555-0200", .several(["acme/2, DELETED", "acme/3, CONNECTED"])),
            ("15550200", .several(["acme/2, DELETED", "acme/3, CONNECTED"])),
            ("2", .found("2", removed: [])), ("+1 555 0300", .found("4", removed: ["9"])), ("+1 555 0400", .removed("8")),
            ("+1 555 0500", .several(["6, removed", "7x, removed"])),
            ("+1 555 0600", .found("5", removed: [])),
        ] as [(String, NumberSearch.Outcome)])
    func number_isFoundByIdOrByDigits(text: String, outcome: NumberSearch.Outcome) {
        let watched = [
            Self.number("1", "+1 555-0100"), Self.number("2", "+1 555-0200", "DELETED"), Self.number("3", "+1 555-0200"),
            Self.number("4", "+1 555-0300"),
            // One number in two accounts is one number.
            Self.number("5", "+1 555-0600"), Self.number("5", "+1 555-0600", account: "other"),
        ]
        let removals = [
            Self.removal("9", "+1 (555) 0300"), Self.removal("8", "15550400"), Self.removal("6", "+1 555 0500"),
            Self.removal("7x", "+1 555 0500"),
            // One that came back.
            Self.removal("1", "+1 555-0100"),
        ]
        #expect(NumberSearch(text).outcome(watched, removals: removals) == outcome)
    }

    @Test(arguments: [
        ["show", "phone_number"], ["timeline"], ["history", "--number"], ["list", "--number"], ["monitor", "--number"],
        ["poll", "acme", "--number"],
    ])
    func number_thatFitsSeveral_isAnErrorThatNamesThem(arguments: [String]) async throws {
        let log = FakeLog(resources: [Self.number("111", "+1 555-0200", "DELETED"), Self.number("222", "+1 555-0200")])
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                for text in ["+1 555-0200", "15550200"] {
                    let outcome = try await BuiltCommand(arguments + [text], socket: path).run()
                    #expect(
                        outcome
                            == .init(
                                code: 1, output: "",
                                errors:
                                    "wabawatch: \(text) fits several numbers, say which by its id: acme/111, DELETED; acme/222, CONNECTED\n"
                            ))
                }
            }
        }
    }

    @Test func number_whoseLikeWasRemoved_isTaken_andTheOtherNamed() async throws {
        let log = FakeLog(resources: [Self.number("222", "+1 555-0200")])
        await log.record(1) { sequence, cursor in
            var change = Self.removal("111", "+1 555-0200")
            (change.sequence, change.cursor, change.summary) = (sequence, cursor, "gone")
            return change
        }
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                let shown = try await BuiltCommand(["show", "phone_number", "+1 555-0200"], socket: path).run()
                #expect(shown.code == 0 && shown.output.contains("phone_number 222"))
                #expect(shown.errors == "wabawatch: +1 555-0200 is 222; a number that was removed reads the same: 111\n")
                let past = try await BuiltCommand(["history", "--number", "111", "-o", "cat"], socket: path).run()
                #expect(past == .init(code: 0, output: "gone\n", errors: ""))
            }
        }
    }
}
