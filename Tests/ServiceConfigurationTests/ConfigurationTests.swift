import Actions
import Alarms
import FoundationEssentials
import StrictJSON
import StrictYAML
import Systemd
import TestSupport
import Testing
import WhatsAppBusiness

@testable import ServiceConfiguration

@Suite(.inTurn) struct ConfigurationTests {
    /// Loads a text as the configuration, with more files beside it.
    private func load(_ text: String, files: [String: String] = [:]) throws -> Configuration {
        let folder = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder + "/accounts.d", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files.merging(["wabawatch.yaml": text], uniquingKeysWith: { $1 }) {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
        do {
            return try Configuration.load(path: folder + "/wabawatch.yaml")
        } catch {
            throw ConfigurationError(
                problems: error.problems.map { problem in
                    var problem = problem
                    problem.file = String(problem.file.dropFirst(folder.count + 1))
                    return problem
                })
        }
    }

    private func problems(_ text: String, files: [String: String] = [:]) -> [String] {
        do {
            _ = try load(text, files: files)
            return []
        } catch {
            return (error as? ConfigurationError)?.problems.map(\.description) ?? ["\(error)"]
        }
    }

    private let account = """
        accounts:
          - name: acme
            waba_id: "102290129340398"
            token: { credential: acme.token }

        """

    @Test func shortestFile_hasAllDefaults() throws {
        let configuration = try load(account)
        #expect(configuration.graph == Configuration.Graph())
        #expect(configuration.graph.version == "v25.0")
        #expect(configuration.accounts.map(\.name) == ["acme"])
        #expect(configuration.accounts.first?.watch.kinds[.phoneNumber]?.every == .seconds(60))
        #expect(configuration.accounts.first?.watch.kinds[.businessProfile]?.every == .seconds(900))
        #expect(configuration.accounts.first?.token == .credential("acme.token"))
        #expect(configuration.accounts.first?.phoneNumbers == nil)
    }

    @Test func account_overridesTheDefaultsForAll() throws {
        let configuration = try load(
            """
            watch: { phone_number: { every: 2m }, splay: 5% }
            \(account)    watch: { business_profile: { every: never } }
                phone_numbers: ["1", "2"]

            """)
        let watch = configuration.accounts.first?.watch
        #expect(watch?.kinds[.phoneNumber]?.every == .seconds(120))
        #expect(watch?.kinds[.businessProfile]?.every == nil)
        #expect(watch?.splay == 0.05)
        #expect(configuration.accounts.first?.phoneNumbers == ["1", "2"])
    }

    @Test func actions_areNone_unlessTheyAreNamed() throws {
        #expect(try load(account).accounts.first?.actions.isEmpty == true)
        #expect(try load(account + "    actions: [block, qr_code]\n").accounts.first?.actions == [.block, .qrCode])
        let all = ActionName.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(try load(account + "    actions: [\(all)]\n").accounts.first?.actions == Set(ActionName.allCases))
        for actions in ["[delete]", "[block, block]", "block", "all"] {
            #expect(throws: ConfigurationError.self) { try load(account + "    actions: \(actions)\n") }
        }
    }

    @Test func alarms_ofAnAccount_areSaidOverThoseOfAll() throws {
        let configuration = try load(
            """
            alarms: { quality: { settle: 10m }, name_declined: never, budget: never }
            ignore: { business_profile: [ /about ], phone_number: [ /throughput/level ] }
            \(account)    alarms: { budget: { settle: 0s }, blind: never }
                ignore: { business_profile: [ /about, /a~1b ] }
                expect: { callback: "https://hooks.example.com/wa?x=1", apps: ["670", 671], two_step_pin: true, catalogue_visible: false }

            """)
        let one = try #require(configuration.accounts.first)
        #expect(
            one.alarms.rules == [
                "quality": .settle(.seconds(600)), "name_declined": .never, "budget": .settle(.zero), "blind": .never,
            ])
        #expect(one.ignored[.businessProfile]?.map(\.names) == [["about"], ["a/b"]])
        #expect(one.ignored[.phoneNumber]?.map(\.names) == [["throughput", "level"]] && one.ignored.count == 2)
        let expected = Expectations(
            callback: "https://hooks.example.com/wa?x=1", apps: ["670", "671"], twoStepPIN: true, isCatalogueVisible: false)
        #expect(one.expectations == expected)
        #expect(configuration.alarms.rules["blind"] == nil, "what one account says is of no other")
        let plain = try load(account)
        #expect(plain.accounts.first?.expectations == Expectations() && plain.accounts.first?.alarms == AlarmSettings())
        #expect(plain.accounts.first?.ignored.isEmpty == true)
        // What is expected to be none is something else than nothing expected.
        #expect(try load(account + "    expect: { apps: [] }\n").accounts.first?.expectations.apps == [])
    }

    @Test(arguments: [
        ("", "", true), ("watch: { adaptive: false }", "", false), ("watch: { adaptive: false }", "watch: { adaptive: true }", true),
        ("", "watch: { adaptive: false, business_profile: { every: 1h } }", false),
    ])
    func adaptiveIntervals_areOn_unlessTheyAreTurnedOff(defaults: String, own: String, isOn: Bool) throws {
        let configuration = try load("\(defaults)\n\(account)    \(own)\n")
        #expect(configuration.accounts.first?.watch.isAdaptive == isOn)
    }

    /// They come with the account's own request, so that being on by default means nothing without it.
    @Test(arguments: [
        ("watch: { account: { every: never } }", "", false), ("", "watch: { account: { every: never } }", false),
        ("watch: { account: { every: never }, subscribed_app: {} }", "", false), ("", "", true),
        ("watch: { account: { every: never } }", "watch: { account: { every: 5m } }", true),
        ("watch: { subscribed_app: { every: never } }", "watch: { account: { every: 5m } }", false),
    ]) func subscribedApps_whereTheAccountIsNever_areOff(defaults: String, own: String, isOn: Bool) throws {
        let configuration = try load("\(defaults)\n\(account)    \(own)\n")
        #expect((configuration.accounts.first?.watch.kinds[.subscribedApp]?.every != nil) == isOn)
    }

    @Test(arguments: [
        (
            "watch: { account: { every: never }, subscribed_app: { every: 5m } }", "",
            "wabawatch.yaml:1: watch.subscribed_app.every: comes with the account's own request"
        ),
        (
            "", "watch:\n      account: { every: never }\n      subscribed_app: { every: 1h }",
            "wabawatch.yaml:8: accounts[0].watch.subscribed_app.every: comes with the account's own request"
        ),
        (
            "watch: { account: { every: never } }", "watch: { subscribed_app: { every: 5m } }",
            "wabawatch.yaml:6: accounts[0].watch.subscribed_app.every: comes with the account's own request"
        ),
    ]) func subscribedApps_askedForWhereTheAccountIsNever_areAMistake(defaults: String, own: String, problem: String) {
        let problems = problems("\(defaults)\n\(account)    \(own)\n")
        #expect(problems.count == 1 && problems[0].hasPrefix(problem), "\(problems)")
    }

    @Test func accounts_inFilesOfTheirOwn_join() throws {
        let configuration = try load(
            account, files: ["accounts.d/b.yaml": "name: b\nwaba_id: \"7\"\ntoken: { environment: B }\n"])
        #expect(configuration.accounts.map(\.name) == ["acme", "b"])
    }

    @Test(arguments: [
        ("colour: red\n", "wabawatch.yaml:1: colour: this key is not known"),
        ("graph:\n  verson: v25.0\n", "wabawatch.yaml:2: graph.verson: this key is not known"),
        ("graph: { timeout: soon }\n", "wabawatch.yaml:1: graph.timeout: should be a span of time"),
        ("graph:\n  version: v25.0\n  expansion: always\n", "wabawatch.yaml:3: graph.expansion: should be one of auto, never"),
        ("graph: { expansion: [auto] }\n", "wabawatch.yaml:1: graph.expansion: should be one of auto, never"),
        ("watch:\n  phone_number: { every: 4s }\n", "wabawatch.yaml:2: watch.phone_number.every: should be at least 5s"),
        ("watch:\n  blocked_user: { every: 30s }\n", "wabawatch.yaml:2: watch.blocked_user.every: should be at least 1m"),
        (
            "watch:\n  blocked_user: { window: 200d }\n",
            "wabawatch.yaml:2: watch.blocked_user.window: should be at least 1d and at most 180d"
        ),
        (
            "watch:\n  blocked_user: { every: 2h, full_sweep: 1h }\n",
            "wabawatch.yaml:2: watch.blocked_user.full_sweep: should be at least 2h"
        ),
        (
            "watch: { subscribed_app: { every: 5m } }\n",
            "wabawatch.yaml:1: watch.subscribed_app.every: comes with the account's own request"
        ),
        ("socket: { mode: \"0999\" }\n", "wabawatch.yaml:1: socket.mode: should be permissions in octal"),
        ("budget: { share: half }\n", "wabawatch.yaml:1: budget.share: should be a share from 1% to 100%"),
        ("journal: { enabled: maybe }\n", "wabawatch.yaml:1: journal.enabled: should be true, false or auto"),
        ("graph: [1]\n", "wabawatch.yaml:1: graph: should be a mapping"),
        ("graph: { version: v1.0,\n  version: v2.0 }\n", "wabawatch.yaml:2: graph.version: duplicate key version"),
        ("graph: {\n", "wabawatch.yaml:"),
    ])
    func mistake_isNamedByFileLineAndKey(text: String, problem: String) {
        let problems = problems(text + account)
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
    }

    @Test func mistakes_areAllTold() {
        let problems = problems(
            """
            accounts:
              - name: acme
                waba_id: abc
                token: { credential: a, file: b }
              - name: acme
                waba_id: "7"
                token: { file: /x }
              - waba_id: "7"

            """)
        #expect(
            problems == [
                "wabawatch.yaml:3: accounts[0].waba_id: should be an id of decimal digits",
                "wabawatch.yaml:4: accounts[0].token: should name one of credential, file and environment",
                "wabawatch.yaml:8: accounts[2]: name is missing", "wabawatch.yaml:8: accounts[2]: token is missing",
            ])
    }

    @Test func accounts_withOneNameOrId_areRefused() {
        let problems = problems(account, files: ["accounts.d/b.yaml": "name: acme\nwaba_id: \"7\"\ntoken: { environment: B }\n"])
        #expect(problems.count == 1)
        #expect(problems.first?.contains("accounts.d/b.yaml:1: the name acme is already taken") == true, "\(problems)")
    }

    @Test func file_thatIsNotThere_orEmpty_isSaid() {
        #expect(problems("").first?.contains("is empty") == true)
        #expect(throws: ConfigurationError.self) { try Configuration.load(path: "/nowhere/wabawatch.yaml") }
    }

    @Test(arguments: [("500ms", 500), ("1h30m", 5_400_000), ("90d", 7_776_000_000), ("0s", 0)])
    func duration_isRead(text: String, milliseconds: Int64) {
        #expect(Duration(configuration: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "5", "m", "5 m", "-5m", "5x", "99999999999999999999d", "1.5h"])
    func duration_thatIsNone_isRefused(text: String) { #expect(Duration(configuration: text) == nil) }

    // MARK: Folders of tokens

    @Test func tokenFolder_givesEveryAccountThatNamesNone_theTokenOfItsName() throws {
        let account = "name: acme\nwaba_id: \"1\"\n"
        let other = "name: other\nwaba_id: \"2\"\ntoken: { environment: X }\n"
        let files = ["accounts.d/acme.yaml": account, "accounts.d/other.yaml": other]
        #expect(try load("token_folder: tokens\n", files: files).accounts.map(\.token) == [.credential("tokens/acme"), .environment("X")])
        #expect(try load("token_folder: /srv/tokens\n", files: files).accounts[0].token == .file("/srv/tokens/acme"))
        #expect(problems("token_folder: null\n", files: files) == ["accounts.d/acme.yaml:1: token is missing"])
        #expect(
            problems("token_folder: a/b\n", files: files).contains {
                $0.hasPrefix("wabawatch.yaml:1: token_folder: should be the name of a folder")
            })
    }

    @Test func credentialOfAFolder_isReadWhereSystemdPutsIt() throws {
        let folder = try TemporaryFolder()
        try Data("abc\n".utf8).write(to: URL(filePath: folder.path + "/tokens_acme"))
        let secrets = Secrets(credentials: .init(directory: folder.path), environment: [:])
        let account = "name: acme\nwaba_id: \"1\"\ntoken: { credential: tokens/%@ }\n"
        let good = try load("{}\n", files: ["accounts.d/acme.yaml": account.replacing("%@", with: "acme")])
        #expect(try good.check(secrets: secrets).isEmpty)
        let other = try load("{}\n", files: ["accounts.d/acme.yaml": account.replacing("%@", with: "../acme")])
        #expect(throws: ConfigurationError.self) { try other.check(secrets: secrets) }
        #expect(
            try good.check(secrets: Secrets(credentials: .init(directory: nil), environment: [:])).first?.contains(
                "tokens/acme cannot be checked") == true)
    }
}
