import FakeDaemon
import Printing
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// What `doctor` makes of facts, and how it is laid out.
@Suite struct DoctorTests {
    private static func findings(_ facts: DoctorFacts) -> [Finding] { Checkup(facts).findings }
    private static func lines(_ facts: DoctorFacts, all: Bool = false, _ page: Page = PageCase.all[0].page) -> [PrintableText] {
        DoctorReport(findings: findings(facts), showsAll: all).lines(page)
    }

    @Test(arguments: PageCase.all) func everythingWell_isToldInALineEach(page: PageCase) throws {
        let findings = Self.findings(DoctorSample.facts())
        #expect(findings.map(\.check) == Finding.Check.allCases && findings.allSatisfy { $0.verdict == .well })
        #expect(Checkup.isWell(findings))
        try Golden.expect(DoctorReport(findings: findings).lines(page.page), "doctor-well-\(page.name)")
    }

    /// Each check, by every way in which it comes out; no other check speaks of the same cause.
    @Test(arguments: DoctorCase.all) func cause_isToldByItsCheckAlone(of case: DoctorCase) throws {
        let findings = Self.findings(`case`.facts)
        let own = findings.filter { $0.check == `case`.check }.max { $0.verdict < $1.verdict }
        #expect(own?.verdict == `case`.verdict, "\(String(describing: own))")
        let others = findings.filter { $0.check != `case`.check && $0.verdict >= .attention }
        #expect(others.isEmpty)
        #expect(Checkup.isWell(findings) == (`case`.verdict < .attention))
        // Whoever is told that something is not as it should be is told what to do.
        if let own, own.verdict >= .attention { #expect(own.advice != nil) }
    }

    @Test func everyCase_hasItsWords() throws {
        var text: [String] = []
        for `case` in DoctorCase.all {
            text.append("## \(`case`.testDescription)")
            let found = Self.findings(`case`.facts).filter { $0.verdict != .well || $0.check == `case`.check }
            for finding in found {
                text.append("\(finding.check.words): \(finding.verdict.words): \(finding.sentence)")
                if let advice = finding.advice { text.append("  -> \(advice)") }
                if let command = finding.command { text.append("     \(command)") }
            }
        }
        try Golden.expect(text, "doctor-cases")
        // Of a check without a case nobody knows how it comes out.
        #expect(Set(DoctorCase.all.map(\.check)).union([.socket]) == Set(Finding.Check.allCases))
        // What may be secret in an address is not told.
        #expect(!text.joined().contains("SECRET"))
    }

    /// How the socket fails, and what there is to do then; all that only the daemon knows is not known.
    @Test func socket_thatDoesNotAnswer_isWrong() throws {
        let path = "/run/wabawatch/io.wabawatch"
        var text: [String] = []
        for (code, message) in [
            (.notRunning, "cannot connect to wabawatchd at \(path): No such file or directory"),
            (.notStarted, "wabawatchd cannot start: no accounts"),
            (.silent, "the daemon at \(path) has not answered for 30 s"), (.disconnected, "the daemon closed the connection at \(path)"),
            (.notOurs, "what listens at \(path) is not wabawatchd: no JSON"),
            (.notImplemented(method: "GetStatus"), "the daemon does not know GetStatus"),
        ] as [(ClientError.Code, String)] {
            var facts = DoctorSample.facts()
            facts.fail(code, message)
            let findings = Self.findings(facts)
            let socket = try #require(findings.first)
            #expect(socket.check == .socket && socket.verdict == .wrong && socket.advice != nil)
            #expect(!Checkup.isWell(findings))
            let ofDaemon = findings.filter { ([.version, .connection, .ledger] + Finding.Check.ofAccounts).contains($0.check) }
            #expect(ofDaemon.count == 11 && ofDaemon.allSatisfy { $0.verdict == .unknown })
            text += ["## \(code)"] + Self.lines(facts).map(\.plain)
        }
        var facts = DoctorSample.facts()
        facts.fail(.notRunning, "cannot connect to wabawatchd at \(path): Connection refused")
        facts.socket.file?.isSocket = false
        text += ["## no socket"] + Self.lines(facts).map(\.plain)
        try Golden.expect(text, "doctor-no-socket")
    }

    @Test func socket_thatIsDenied_saysWhichGroupMay() throws {
        var facts = DoctorSample.facts()
        facts.fail(.notPermitted, "/run/wabawatch/io.wabawatch may not be opened by this user")
        facts.user.groups = ["alice"]
        let later = Self.lines(facts)
        #expect(!later.contains { $0.plain.contains("usermod --append --groups wabawatch alice") })
        facts.user.listedGroups = ["alice"]
        facts.socket.file?.group = "watchers of wa"
        let now = Self.lines(facts)
        #expect(now.contains { $0.plain == "      usermod --append --groups 'watchers of wa' alice" })
        try Golden.expect(["## in the group by now"] + later.map(\.plain) + ["## not in the group"] + now.map(\.plain), "doctor-denied")
    }

    /// Many accounts: the two that are not well come first, the worse one before the other, and the rest is counted.
    @Test func manyAccounts_areFolded() throws {
        let names = (1...200).map { "shop-\($0)" }
        var facts = DoctorSample.facts(names)
        facts.say { status in
            for index in status.watches.indices where status.watches[index].account == "shop-77" {
                (status.watches[index].state, status.watches[index].reason) = (OpenEnum(.unauthorized), "session expired (190/463)")
            }
            status.tokens?[11].missingScopes = ["whatsapp_business_management"]
            status.tokens?[77].checkedAt = nil
        }
        let lines = Self.lines(facts)
        #expect(lines.count < 60)
        try Golden.expect(lines, "doctor-200")
        let all = Self.lines(facts, all: true)
        #expect(all.contains { $0.plain.contains("token of shop-3 ") } && all.count > 1500)
        facts.accounts = ["shop-12"]
        let one = Self.findings(facts)
        #expect(Set(one.compactMap(\.account)) == ["shop-12"] && one.count { $0.verdict >= .attention } == 1)
    }

    /// Thousands of accounts that are all in trouble do not fill the terminal.
    @Test func manyTroubles_areCounted() throws {
        var facts = DoctorSample.facts((1...1000).map { "shop-\($0)" })
        facts.say { status in for index in status.budgets.indices { status.budgets[index].callsLastHour = 100 } }
        let lines = Self.lines(facts)
        #expect(lines.contains { $0.plain == "  and 800 more: wabawatch doctor -o full" })
        #expect(Self.lines(facts, all: true).count { $0.plain.hasSuffix("budget attention") } == 1000)
    }

    @Test(arguments: PageCase.all) func unknownFacts_lookNeverWell(page: PageCase) throws {
        var facts = DoctorSample.facts()
        (facts.unit, facts.journal) = (.unknown("systemctl is not installed here"), .unknown("there is no journal on this host"))
        (facts.files, facts.resources) = (.unknown("/etc/wabawatch is not there"), .unknown("permission denied"))
        (facts.alarms, facts.newestChange) = (
            .unknown("the daemon does not have List yet"), .unknown("the daemon does not have History yet")
        )
        facts.say { status in
            (status.tokens, status.connection, status.budgets) = (nil, nil, [])
            status.watches = status.watches.map { DoctorSample.watch($0.kind.known ?? .account, .starting) }
        }
        let findings = Self.findings(facts)
        let well = findings.filter { $0.verdict == .well }.map(\.check)
        #expect(well == [.socket, .version, .permissions])
        #expect(findings.filter { $0.verdict > .unknown }.isEmpty && Checkup.isWell(findings))
        try Golden.expect(Self.lines(facts, all: false, page.page), "doctor-unknown-\(page.name)")
    }

    /// What was asked of Meta and not answered, and what was not asked yet, is not known either.
    @Test func token_thatMetaSaysNothingOf_isNotKnown() {
        for change in [{ $0.tokens = [] }, { $0.tokens?[0].checkedAt = nil }] as [(inout Status) -> Void] {
            var facts = DoctorSample.facts()
            facts.say(change)
            let unknown = Self.findings(facts).filter { $0.verdict == .unknown }.map(\.check)
            #expect(unknown == [.expiry, .scopes])
        }
    }

    /// Trouble of one cause that many watches show is told where its cause is.
    @Test func watches_areLeftToWhatExplainsThem() {
        var facts = DoctorSample.facts()
        facts.say { status in
            var follower = DoctorSample.watch(.qrCode, .unreachable)
            follower.toldBy = "connection"
            status.watches += [DoctorSample.watch(.blockedUser, .late, number: "7"), follower]
        }
        let found = Self.findings(facts).filter { $0.verdict != .well }
        #expect(found.map(\.check) == [.watches, .budget] && found.map(\.verdict) == [.unknown, .attention])
        facts.say { status in
            status.watches = [DoctorSample.watch(.account, .throttled), DoctorSample.watch(.subscribedApp)]
            status.budgets[0].blockedUntil = DoctorSample.seconds(600)
        }
        let throttled = Self.findings(facts).filter { $0.verdict > .unknown }
        #expect(throttled.map(\.check) == [.budget])
    }

    /// A name from outside reaches a terminal as it is nowhere, and a shell as one word.
    @Test func hostileNames_areWrittenOut() throws {
        let name = "a'b\u{1B}[2J; rm -rf"
        var facts = DoctorSample.facts([name])
        facts.say { $0.budgets[0].callsLastHour = 100 }
        let text = Self.lines(facts).map(\.rendered).joined(separator: "\n")
        #expect(!text.contains("\u{1B}"))
        #expect(text.contains(#"wabawatch plan --account 'a'\''b\u{1B}[2J; rm -rf'"#), "\(text)")
        #expect(ShellWord.quoted("") == "''" && ShellWord.quoted("acme-2.shop") == "acme-2.shop" && ShellWord.quoted("é") == "'é'")
        for word in ["a b", "a'b", "a;b", "$a", "a*", "~", "a\nb"] { #expect(ShellWord.quoted(word).hasPrefix("'")) }
    }

    @Test func finding_isOneObject() {
        let finding = Finding(.apiVersion, .unknown, "why", account: "acme", advice: "do", command: "run")
        #expect(
            finding.json == [
                "check": "api_version", "verdict": "not_known", "sentence": "why", "account": "acme", "advice": "do", "command": "run",
            ])
        #expect(Finding(.socket, .well, "why").json == ["check": "socket", "verdict": "well", "sentence": "why"])
    }
}
