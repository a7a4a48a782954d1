import FoundationEssentials
import GraphSimulator
import TestSupport
import Testing

@testable import ServiceConfiguration

/// What is asked when accounts are set up, and what follows of the answers.
@Suite struct SetupDialogueTests {
    private let place = SetupPlace(config: SetupPlace.packaged)

    private func candidate(_ id: String, _ name: String? = "Lucky Shrub", known: String? = nil, trouble: String? = nil) -> SetupCandidate {
        SetupCandidate(id: id, name: name, numbers: [], trouble: trouble, configuredName: known)
    }

    private func token() throws -> SetupToken { try SetupToken(Array("abc".utf8), from: "It") }

    private func dialogue(
        _ candidates: [SetupCandidate], _ wishes: SetupDialogue.Wishes = .init(), files: SetupFiles = SetupFiles(),
        accounts: [Configuration.Account] = []
    ) throws -> SetupDialogue {
        var configuration = Configuration()
        configuration.accounts = accounts
        return SetupDialogue(wishes, candidates: candidates, configuration: configuration, place: place, files: files, token: try token())
    }

    /// What is asked and said on the way to the plan, and the plan.
    private func run(_ dialogue: SetupDialogue, _ answers: String?...) throws -> (told: [String], plan: SetupPlan) {
        var dialogue = dialogue
        var told: [String] = []
        var answers = answers[...]
        var step = try dialogue.begin()
        while true {
            switch step {
            case .write(let plan, let remarks): return (told + remarks, plan)
            case .ask(let question, let remarks):
                told += remarks + [question]
                step = try dialogue.on(answers.popFirst() ?? nil)
            }
        }
    }

    @Test func emptyAnswers_takeEveryNewAccount_underProposedNames_andWriteAccountsLast() throws {
        let plan = try run(try dialogue([candidate("1"), candidate("2"), candidate("3", trouble: "is not seen")]), "", "", "", "").plan
        #expect(plan.names == ["lucky-shrub", "lucky-shrub-2"])
        #expect(
            plan.files.map(\.path) == [
                "/etc/wabawatch/tokens/lucky-shrub", "/etc/wabawatch/tokens/lucky-shrub-2",
                "/etc/systemd/system/wabawatchd.service.d/tokens.conf", "/etc/wabawatch/accounts.d/lucky-shrub.yaml",
                "/etc/wabawatch/accounts.d/lucky-shrub-2.yaml",
            ])
        #expect(plan.files.allSatisfy { !$0.replaces })
        #expect(plan.next.first == "systemctl daemon-reload")
    }

    @Test func answersThatCannotBe_areAskedAgain() throws {
        let told = try run(try dialogue([candidate("1"), candidate("2")]), "0", "3", "1-", "x", "2", "a b", "", "maybe", "y").told
        #expect(told.filter { $0.hasPrefix("Please answer") }.count == 4)
        #expect(told.contains { $0.hasPrefix("a b cannot be an account's name") })
        #expect(told.filter { $0 == "Write these files? [Y/n] " }.count == 2)
    }

    @Test func inputThatEnds_andANo_writeNothing() throws {
        #expect(throws: SetupProblem.self) { try run(try dialogue([candidate("1")]), nil) }
        #expect(throws: SetupProblem("Nothing was written")) { try run(try dialogue([candidate("1")]), "", "", "n") }
        #expect(throws: SetupProblem.self) { try run(try dialogue([candidate("1", trouble: "no")])) }
        #expect(throws: SetupProblem.self) { try run(try dialogue([])) }
    }

    @Test func tokenThatIsThere_isReplacedOnlyByAYes() throws {
        var files = SetupFiles()
        files.tokens = ["lucky-shrub": .other]
        let plan = try run(try dialogue([candidate("1")], files: files), "", "", "y", "").plan
        #expect(plan.files.filter(\.replaces).map(\.path) == ["/etc/wabawatch/tokens/lucky-shrub"])
        #expect(throws: SetupProblem.self) { try run(try dialogue([candidate("1")], files: files), "", "", "") }
        #expect(throws: SetupProblem.self) { try run(try dialogue([candidate("1")], .init(isSilent: true), files: files)) }
        files.tokens = ["lucky-shrub": .same]
        #expect(
            try run(try dialogue([candidate("1")], .init(isSilent: true), files: files)).plan.files.map(\.what) == [
                "unit's drop-in", "account",
            ])
    }

    @Test func dropInThatIsThere_isLeft_replacedAfterAYes_andNeverUnasked() throws {
        var files = SetupFiles()
        files.dropIn = .same
        #expect(
            try run(try dialogue([candidate("1")], .init(isSilent: true), files: files)).plan.files.map(\.what) == ["token", "account"])
        files.dropIn = .other
        #expect(throws: SetupProblem.self) { try run(try dialogue([candidate("1")], .init(isSilent: true), files: files)) }
        #expect(throws: SetupProblem.self) { try run(try dialogue([candidate("1")], files: files), "", "", "n") }
        #expect(try run(try dialogue([candidate("1")], files: files), "", "", "y", "").plan.files[1].replaces)
    }

    @Test func accountThatGetsItsTokenFromElsewhere_isLeft() throws {
        let account = Configuration.Account(name: "a", wabaID: "1", token: .credential("a.token"), watch: Configuration.Watch(), place: "")
        let problem = try #require(throws: SetupProblem.self) {
            try run(try dialogue([candidate("1", known: "a")], accounts: [account]), "1")
        }
        #expect(problem.sentence.contains("a gets its token from elsewhere"))
        // So does one whose credential is passed by another file than setup's, perhaps from another folder.
        let passed = Configuration.Account(name: "a", wabaID: "1", token: .credential("tokens/a"), watch: Configuration.Watch(), place: "")
        var files = SetupFiles()
        files.tokens = ["a": .other]
        for (dropIn, isElsewhere) in [(SetupFiles.Presence.absent, true), (.other, true), (.same, false)] {
            files.dropIn = dropIn
            let told = Result { try run(try dialogue([candidate("1", known: "a")], files: files, accounts: [passed]), "1", "y", "") }
            #expect("\(told)".contains("from elsewhere") == isElsewhere, "\(told)")
        }
    }

    /// One that cannot be read is not taken for one that passes nothing.
    @Test func dropInsOfOthers_areLookedAt() throws {
        let folder = try TemporaryFolder()
        let (unit, link) = (folder.path + "/wabawatchd.service.d", folder.path + "/wabawatchd.service.d/a.conf")
        try FileManager.default.createDirectory(atPath: unit, withIntermediateDirectories: false)
        let place = SetupPlace(config: folder.path + "/wabawatch.yaml", units: folder.path)
        func other() throws -> String? { try SetupFiles(place, token: try token()).otherDropIn }
        for (text, isOther) in [
            ("[Service]\nNice=5\n", false), ("[Service]\nLoadCredential = tokens:/srv/tokens\n", true),
            ("[Service]\n#LoadCredential=tokens:/x\nLoadCredential=acme.token:/x\n", false), ("LoadCredentialEncrypted=tokens:/x", true),
        ] {
            try text.write(toFile: link, atomically: true, encoding: .utf8)
            #expect(try other() == (isOther ? link : nil), "\(text)")
        }
        try FileManager.default.removeItem(atPath: link)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
        #expect(try other() == nil)
        try FileManager.default.removeItem(atPath: link)
        try FileManager.default.createDirectory(atPath: link, withIntermediateDirectories: false)
        #expect(throws: SetupProblem.self) { try other() }
    }

    @Test func dropInOfAnotherName_thatPassesAnotherFolder_isToldBeforeAnythingIsWritten() throws {
        var files = SetupFiles()
        files.otherDropIn = "/etc/systemd/system/wabawatchd.service.d/credentials.conf"
        let problem = try #require(throws: SetupProblem.self) { try run(try dialogue([candidate("1")], files: files), "", "") }
        #expect(problem.sentence.contains("credentials.conf passes another folder"))
        files.dropIn = .same
        #expect(throws: Never.self) { try run(try dialogue([candidate("1")], files: files), "", "", "") }
    }

    @Test func name_isOfOneAccount_andOfNoOther() throws {
        #expect(try run(try dialogue([candidate("1")], .init(name: "acme", isSilent: true))).plan.names == ["acme"])
        #expect(throws: SetupProblem.self) { try run(try dialogue([candidate("1"), candidate("2")], .init(name: "acme", isSilent: true))) }
        var files = SetupFiles()
        files.accounts = ["acme"]
        #expect(throws: SetupProblem.self) { try run(try dialogue([candidate("1")], .init(name: "acme", isSilent: true), files: files)) }
    }

    @Test(arguments: [
        ("Lucky Shrub", "lucky-shrub"), ("  Café №1! ", "caf-1"), ("...", "account-7"), ("", "account-7"), ("東京", "account-7"),
        ("a--b", "a-b"), (String(repeating: "x", count: 90), String(repeating: "x", count: 48)), ("taken", "taken-2"),
    ])
    func proposedNames_areOnesThatCanBe(name: String, expected: String) {
        let proposed = AccountName.proposed(for: candidate("7", name), taken: ["taken"])
        #expect(proposed == expected && AccountName.fault(proposed, taken: ["taken"]) == nil)
    }

    @Test func selections_areRead() {
        #expect(SetupSelection.read("all", of: 3) == [0, 1, 2])
        #expect(SetupSelection.read("3,1", of: 3) == [0, 2])
        #expect(SetupSelection.read("1 2-3", of: 3) == [0, 1, 2])
        for text in ["", ",", "0", "4", "2-1", "1-4", "-1", "1-2-3", "+1", "a", "99999999999999999999"] {
            #expect(SetupSelection.read(text, of: 3) == nil || text == "+1", "\(text)")
        }
    }

    @Test func tokens_areCleaned_ofWhatCopyingLeavesAroundThem() throws {
        for text in ["abc", "abc\n", "abc\r\n", "  abc\t\n\n", "\u{FEFF}abc\n"] {
            #expect(try SetupToken(Array(text.utf8), from: "It").contents == Array("abc\n".utf8), "\(text.debugDescription)")
        }
        let plan = try run(try dialogue([candidate("1")]), "", "", "").plan
        var told = "\(try token()) \(String(reflecting: try token())) \(plan) \(String(reflecting: plan))"
        dump(plan, to: &told)
        #expect(!told.contains("abc") && !told.contains("97, 98, 99") && !told.contains("- 97"))
    }

    @Test func hiddenLine_isEdited_andGivenUp() {
        func type(_ text: String) -> HiddenLine.Step {
            var line = HiddenLine()
            for byte in text.utf8 {
                let step = line.on(byte)
                if step != .more { return step }
            }
            return line.on(nil)
        }
        #expect(type("ab\u{7F}c\r") == .done(Array("ac".utf8)))
        #expect(type("\u{8}ab\u{15}c\n") == .done(Array("c".utf8)))
        #expect(type("ab\u{3}") == .givenUp && type("\u{4}") == .givenUp && type("") == .givenUp)
        #expect(type("a\u{1A}b\u{4}c\r") == .done(Array("abc".utf8)) && type("ab") == .done(Array("ab".utf8)))
    }

    @Test func places_areThoseOfTheConfigurationsUnit() {
        #expect(SetupPlace(config: "/etc/wabawatch/wabawatch.yaml").dropIn == "/etc/systemd/system/wabawatchd.service.d/tokens.conf")
        #expect(SetupPlace(config: "/etc/wabawatch/berlin.yaml").unit == "wabawatchd@berlin.service")
        // Its tokens would reach that unit alone, and its accounts each.
        #expect(throws: SetupProblem.self) { try SetupPlace(config: "/etc/wabawatch/berlin.yaml").check() }
        #expect(throws: Never.self) { try SetupPlace(config: "/etc/wabawatch/wabawatch.yaml").check() }
        #expect(SetupPlace(config: "/home/me/w.yaml").dropIn == nil)
    }
}
