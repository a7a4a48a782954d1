import FoundationEssentials
import GraphAPI
import Glibc
import StrictYAML
import Systemd
import TestSupport
import Testing
import WhatsAppBusiness

@testable import ServiceConfiguration

/// Mistakes in the configuration's files, whatever they are: each is told with file, line and key, soon, and none is taken for "nothing there".
@Suite(.inTurn, .timeLimit(.minutes(1))) struct MistakeTests {
    private static let account = """
        accounts:
          - name: acme
            waba_id: "102290129340398"
            token: { environment: TOKEN }

        """

    /// The problems of a folder with these files, each file's path cut short.
    private func problems(
        _ text: String, files: [String: String] = [:], secrets: Secrets? = nil, _ change: (String) throws -> Void = { _ in }
    )
        throws -> [String]
    {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/accounts.d", withIntermediateDirectories: true)
        for (name, text) in files.merging(["wabawatch.yaml": text], uniquingKeysWith: { $1 }) {
            try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/\(name)"))
        }
        try change(folder.path)
        do throws(ConfigurationError) {
            let configuration = try Configuration.load(path: folder.path + "/wabawatch.yaml")
            if let secrets { _ = try configuration.check(secrets: secrets) }
            return []
        } catch { return error.problems.map { $0.description.replacing(folder.path + "/", with: "") } }
    }

    private func secrets(_ environment: [String: String] = ["TOKEN": "a"], folder: String? = nil) -> Secrets {
        Secrets(credentials: Credentials(directory: folder), environment: environment)
    }

    // MARK: File, line and key

    @Test(arguments: [
        // A key that stands twice is named where it stands the second time.
        ("graph:\n  timeout: 3s\n  version: v25.0\n  timeout: 4s\n", "wabawatch.yaml:4: graph.timeout: duplicate key timeout"),
        ("watch: { splay: 1% }\nbudget: {}\nwatch: {}\n", "wabawatch.yaml:3: watch: duplicate key watch"),
        ("watch:\n  qr_code: { every: 1h, every: 2h }\n", "wabawatch.yaml:2: watch.qr_code.every: duplicate key every"),
        ("accounts:\n  - name: a\n    token: { file: /a }\n    name: b\n", "wabawatch.yaml:4: accounts[0].name: duplicate key name"),
        ("\"graph\": {}\ngraph: {}\n", "wabawatch.yaml:2: graph: duplicate key graph"),
        // Addresses.
        ("graph:\n  timeout: 3s\n  base_url: graph.facebook.com\n", "wabawatch.yaml:3: graph.base_url: the base URL has no scheme"),
        ("graph:\n  base_url: ftp://x\n", "wabawatch.yaml:2: graph.base_url: the base URL is neither https nor http"),
        ("graph:\n\n  base_url: http://127.example.com\n", "wabawatch.yaml:3: graph.base_url: http is for a simulator on this machine"),
        ("graph:\n  base_url: https://a/b\n", "wabawatch.yaml:2: graph.base_url: the base URL must be"),
        ("graph:\n  version: 25\n", "wabawatch.yaml:2: graph.version: the version is not"),
        // Webhooks.
        ("webhook:\n  verify_token: x\n", "wabawatch.yaml:2: webhook.verify_token: should be a mapping of keys to values"),
        ("webhook:\n  app_secrets: { file: /a }\n", "wabawatch.yaml:2: webhook.app_secrets: should be a list"),
        (
            "webhook:\n  app_secrets:\n    - { file: /a, credential: b }\n",
            "wabawatch.yaml:3: webhook.app_secrets[0]: should name one of credential, file and environment"
        ),
        (
            "webhook:\n  app_secrets:\n    - { file: /a }\n    - { file: /a }\n",
            "wabawatch.yaml:4: webhook.app_secrets[1]: duplicate secret"
        ),
        ("webhook: { secret: x }\n", "wabawatch.yaml:1: webhook.secret: this key is not known; known are app_secrets, verify_token"),
        // Metrics.
        ("metrics:\n  listen: 9464\n", "wabawatch.yaml:2: metrics.listen: should be ADDRESS:PORT, such as 127.0.0.1:9464, or the path of"),
        ("metrics:\n  listen: \"::1:9464\"\n", "wabawatch.yaml:2: metrics.listen: should be ADDRESS:PORT"),
        ("metrics:\n  listen: \"localhost:99999\"\n", "wabawatch.yaml:2: metrics.listen: should be ADDRESS:PORT"),
        ("metrics:\n  per_number: sometimes\n", "wabawatch.yaml:2: metrics.per_number: should be true or false"),
        ("metrics: { port: 9464 }\n", "wabawatch.yaml:1: metrics.port: this key is not known; known are listen, per_number"),
        // Alarms, what is expected, and what is ignored.
        ("alarms:\n  qualitty: never\n", "wabawatch.yaml:2: alarms.qualitty: this key is not known; known are account_restricted, "),
        ("alarms:\n  quality: 10m\n", "wabawatch.yaml:2: alarms.quality: should be never, or { settle: … }"),
        ("alarms:\n  quality: { settle: 8d }\n", "wabawatch.yaml:2: alarms.quality.settle: should be at least 0d and at most 7d"),
        ("alarms:\n  quality: { settled: 8d }\n", "wabawatch.yaml:2: alarms.quality.settled: this key is not known; known are settle"),
        (
            "ignore:\n  business_profile:\n    - /about\n    - about\n",
            "wabawatch.yaml:4: ignore.business_profile[1]: should be a JSON pointer"
        ),
        ("ignore:\n  business_profile: [ /a~b ]\n", "wabawatch.yaml:2: ignore.business_profile[0]: should be a JSON pointer"),
        ("ignore:\n  business_profile: /about\n", "wabawatch.yaml:2: ignore.business_profile: should be a list"),
        ("ignore:\n  blocked_user: [ /wa_id ]\n", "wabawatch.yaml:2: ignore.blocked_user: this key is not known"),
        ("ignore:\n  watch: [ /state ]\n", "wabawatch.yaml:2: ignore.watch: this key is not known"),
        ("expect: { two_step_pin: true }\n", "wabawatch.yaml:1: expect: this key is not known"),
        (
            MistakeTests.account + "    expect: { callback: example.com }\n",
            "wabawatch.yaml:5: accounts[0].expect.callback: should be an address such as"
        ),
        (
            MistakeTests.account + "    expect: { callback: \"https://a b\" }\n",
            "wabawatch.yaml:5: accounts[0].expect.callback: should be an address"
        ),
        (MistakeTests.account + "    expect: { apps: 670 }\n", "wabawatch.yaml:5: accounts[0].expect.apps: should be a list"),
        (
            MistakeTests.account + "    expect:\n      apps: [ \"670\", app ]\n",
            "wabawatch.yaml:6: accounts[0].expect.apps[1]: should be an id"
        ),
        (
            MistakeTests.account + "    expect: { two_step_pin: false }\n",
            "wabawatch.yaml:5: accounts[0].expect.two_step_pin: can only be expected"
        ),
        (
            MistakeTests.account + "    expect: { catalogue_visible: 1 }\n",
            "wabawatch.yaml:5: accounts[0].expect.catalogue_visible: should be true or"
        ),
        (MistakeTests.account + "    ignore: { qr_code: [ \"\" ] }\n", "wabawatch.yaml:5: accounts[0].ignore.qr_code[0]: should be a text"),
        // Keys that are no texts, and what is none of the file's.
        ("? [a, b]\n: 1\n", "wabawatch.yaml:1: a key should be a text, and is a list"),
        ("graph:\n  ? { a: 1 }\n  : 1\n", "wabawatch.yaml:2: graph: a key should be a text, and is a mapping"),
        ("a: &x b\n*x : 1\n", "wabawatch.yaml:2: a key should be a text, and is an alias"),
        ("graph: *nothing\n", "wabawatch.yaml:1: graph: the alias nothing stands for nothing"),
        ("<<: { a: 1 }\n", "wabawatch.yaml:1: <<: this key is not known"),
        ("graph: {}\n---\nbudget: {}\n", "wabawatch.yaml:"),
        // What is neither one nor the other.
        ("watch:\n  adaptive: 5%\n", "wabawatch.yaml:2: watch.adaptive: should be true or false"),
        ("watch:\n  adaptive: [true]\n", "wabawatch.yaml:2: watch.adaptive: should be true or false"),
        ("watch:\n  adaptive:\n", "wabawatch.yaml:2: watch.adaptive: should be true or false"),
        // What would watch nothing.
        (
            "watch:\n  phone_number:\n    every: never\n",
            "wabawatch.yaml:3: watch.phone_number.every: the numbers are found by phone_number"
        ),
    ])
    func mistake_isNamedByFileLineAndKey(text: String, problem: String) throws {
        let problems = try problems(text.hasPrefix("accounts") ? text : text + Self.account)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
        #expect(problems.allSatisfy { $0.utf8.count < 1000 })
    }

    @Test(arguments: [
        ("phone_numbers: []", "wabawatch.yaml:5: accounts[0].phone_numbers: no number is named"),
        ("phone_numbers: [\"1\", \"2\",\n      \"1\"]", "wabawatch.yaml:6: accounts[0].phone_numbers[2]: duplicate number"),
        ("phone_numbers: \"1\"", "wabawatch.yaml:5: accounts[0].phone_numbers: should be a list"),
        ("watch: { phone_number: { every: never } }", "wabawatch.yaml:5: accounts[0].watch.phone_number.every: the numbers are found"),
        (
            "watch:\n      account: { every: never }\n" + "      message_template: { every: never }\n      phone_number: { every: never }\n"
                + "      phone_number_settings: { every: never }\n      business_profile: { every: never }\n"
                + "      commerce_settings: { every: never }\n      qr_code: { every: never }\n      blocked_user: { every: never }",
            "wabawatch.yaml:6: accounts[0].watch: every kind is turned off"
        ),
    ])
    func account_ofWhichNothingWouldBeWatched_isAMistake(line: String, problem: String) throws {
        let problems = try problems(Self.account + "    \(line)\n")
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    /// Numbers need not be polled where nothing of them is.
    @Test func account_aloneIsWatched() throws {
        let off = ["phone_number", "phone_number_settings", "business_profile", "commerce_settings", "qr_code", "blocked_user"]
        #expect(try problems("watch:\n" + off.map { "  \($0): { every: never }\n" }.joined() + Self.account) == [])
    }

    @Test(arguments: [
        ("token: { file: FOLDER/none }", "wabawatch.yaml:4: accounts[0].token.file: the file none cannot be opened: No such file"),
        ("token:\n      file: FOLDER/accounts.d", "wabawatch.yaml:5: accounts[0].token.file: the file accounts.d is not a regular file"),
        ("token: { file: FOLDER/fifo }", "wabawatch.yaml:4: accounts[0].token.file: the file fifo is not a regular file"),
        ("token: { file: FOLDER/loop }", "wabawatch.yaml:4: accounts[0].token.file: the file loop cannot be opened: Too many levels"),
        ("token: { environment: NONE }", "wabawatch.yaml:4: accounts[0].token.environment: the environment variable NONE is not set"),
        ("token: { credential: none }", "wabawatch.yaml:4: accounts[0].token.credential: Credential none"),
        ("token: { credential: a//b }", "wabawatch.yaml:4: accounts[0].token.credential: Credential name"),
        (
            "token: { environment: TOKEN }\n    app_secret:\n      { file: FOLDER/none }",
            "wabawatch.yaml:6: accounts[0].app_secret.file: the file none cannot be opened"
        ),
    ])
    func secret_thatCannotBeHad_isNamedWhereItIsNamed(line: String, problem: String) throws {
        let folder = try TemporaryFolder()
        try #require(mkfifo(folder.path + "/fifo", 0o600) == 0 && symlink("loop", folder.path + "/loop") == 0)
        try FileManager.default.createDirectory(atPath: folder.path + "/accounts.d", withIntermediateDirectories: true)
        let text = "accounts:\n  - name: acme\n    waba_id: \"1\"\n    \(line.replacing("FOLDER", with: folder.path))\n"
        let found = try problems(text, secrets: secrets(folder: folder.path)).map { $0.replacing(folder.path + "/", with: "") }
        #expect(found.count == 1 && found[0].hasPrefix(problem), "\(found)")
    }

    @Test func certificateAuthorityAndGroup_thatAreNotThere_areNamed() throws {
        let found = try problems("graph:\n  ca_file: /nowhere\nsocket:\n  control_group: nobody-knows\n" + Self.account, secrets: secrets())
        #expect(found.contains { $0.hasPrefix("wabawatch.yaml:2: graph.ca_file: ") }, "\(found)")
        #expect(found.contains { $0.hasPrefix("wabawatch.yaml:4: socket.control_group: there is no group nobody-knows") }, "\(found)")
    }

    @Test func secretOfAWebhook_thatCannotBeHad_isNamedWhereItIsNamed() throws {
        let text = "webhook:\n  app_secrets:\n    - { environment: TOKEN }\n    - { environment: NONE }\n" + Self.account
        let problem = "wabawatch.yaml:4: webhook.app_secrets[1].environment: the environment variable NONE is not set"
        #expect(try problems(text, secrets: secrets()) == [problem])
    }

    /// The accounts' own secrets sign webhooks as well, and each counts once.
    @Test func appSecrets_areTheAccountsAndThoseThatAreNamed_eachOnce() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/wabawatch.yaml"
        let text = """
            webhook: { verify_token: { credential: nobody.reads.it }, app_secrets: [ { environment: ONE }, { environment: TWO } ] }
            accounts:
              - { name: a, waba_id: "1", token: { environment: TOKEN }, app_secret: { environment: ALSO_ONE } }
              - { name: b, waba_id: "2", token: { environment: TOKEN } }
            """
        try Data(text.utf8).write(to: URL(filePath: file))
        let configuration = try Configuration.load(path: file)
        #expect(configuration.webhook.verifyToken == .credential("nobody.reads.it"))
        #expect(configuration.webhook.appSecrets == [.environment("ONE"), .environment("TWO")])
        let environment = ["TOKEN": "t", "ONE": "s1", "TWO": "s2", "ALSO_ONE": "s1"]
        #expect(try secrets(environment).appSecrets(of: configuration) == [AppSecret("s1"), AppSecret("s2")])
        let missing = #expect(throws: ConfigurationError.self) { try secrets(["TOKEN": "t"]).appSecrets(of: configuration) }
        #expect(missing?.problems.count == 3)
        // What cannot be looked at here is said.
        try Data(text.replacing("environment: ONE", with: "credential: one").utf8).write(to: URL(filePath: file))
        let unseen = try Configuration.load(path: file).check(secrets: secrets(environment))
        #expect(unseen.count == 1 && unseen[0].contains("webhook.app_secrets[0].credential: the credential one cannot"), "\(unseen)")
    }

    // MARK: Credentials that were not passed

    @Test func check_withoutCredentials_looksAtAllElse_andSaysWhatItCouldNotLookAt() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/wabawatch.yaml"
        let text =
            "accounts:\n  - name: a\n    waba_id: \"1\"\n    token: { credential: a.token }\n    app_secret: { credential: a.secret }\n"
        try Data(text.utf8).write(to: URL(filePath: file))
        let configuration = try Configuration.load(path: file)
        #expect(
            try configuration.check(secrets: secrets()) == [
                "\(file):4: accounts[0].token.credential: the credential a.token cannot be checked: $CREDENTIALS_DIRECTORY is not set here",
                "\(file):5: accounts[0].app_secret.credential: the credential a.secret cannot be checked: "
                    + "$CREDENTIALS_DIRECTORY is not set here",
            ])
        #expect(throws: ConfigurationError.self) { try configuration.check(secrets: secrets(folder: folder.path)) }
        // What can be polled is.
        let mixed = text + "  - name: b\n    waba_id: \"2\"\n    token: { environment: NONE }\n"
        let found = try problems(mixed, secrets: secrets())
        #expect(found.count == 1 && found[0].contains("accounts[1].token.environment"), "\(found)")
    }

    // MARK: The folder of accounts

    private static let other = "name: other\nwaba_id: \"7\"\ntoken: { environment: TOKEN }\n"

    @Test func account_inAFileEndingInYml_isRead() throws {
        #expect(try problems("graph: {}\n", files: ["accounts.d/a.yml": Self.other]) == [])
        #expect(try problems("graph: {}\n", files: ["accounts.d/.hidden.yaml": Self.other]) == [])
    }

    @Test func folderOfAccounts_thatIsNotThere_holdsNone() throws {
        #expect(try problems(Self.account) { try FileManager.default.removeItem(atPath: $0 + "/accounts.d") } == [])
    }

    /// What the package puts there itself is no mistake of anybody's.
    @Test func packagesOwnSample_isPassedOver() throws {
        #expect(try problems(Self.account, files: ["accounts.d/example.yaml.sample": "x"]) == [])
    }

    @Test(arguments: [
        "acme.yaml.bak", "README", "acme.yaml~", ".acme.yaml.swp", ".gitkeep", "acme.yaml.dpkg-old", "acme.yaml.dpkg-dist", "acme.json",
        "acme.YAML",
        "other.yaml.sample", "yaml", "#acme.yaml#",
    ])
    func anotherName_isAMistake_thatIsNamed(name: String) throws {
        let found = try problems(Self.account, files: ["accounts.d/\(name)": Self.other])
        #expect(found.count == 1 && found[0].hasPrefix("accounts.d/\(name): only files"), "\(found)")
    }

    /// Nothing that is in the way of reading the accounts is taken for "no accounts".
    @Test(arguments: [
        "file", "danglingFolder", "loopOfFolders", "fifoFolder", "folderNamedYaml", "danglingLink", "loopLink", "fifo", "socket", "notUTF8",
        "empty",
        "large",
    ])
    func whatCannotBeRead_isAMistake_thatIsNamed(trouble: String) throws {
        let found = try problems(Self.account) { folder in
            let drop = folder + "/accounts.d"
            func isDone(_ result: Int32) throws { try #require(result == 0) }
            func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: drop + "/a.yaml")) }
            if ["file", "danglingFolder", "loopOfFolders", "fifoFolder"].contains(trouble) { try isDone(rmdir(drop)) }
            switch trouble {
            case "file": try Data("x".utf8).write(to: URL(filePath: drop))
            case "danglingFolder": try isDone(symlink("nowhere", drop))
            case "loopOfFolders": try isDone(symlink("accounts.d", drop))
            case "fifoFolder": try isDone(mkfifo(drop, 0o600))
            case "folderNamedYaml": try isDone(mkdir(drop + "/a.yaml", 0o700))
            case "danglingLink": try isDone(symlink("nowhere", drop + "/a.yaml"))
            case "loopLink": try isDone(symlink("a.yaml", drop + "/a.yaml"))
            case "fifo": try isDone(mkfifo(drop + "/a.yaml", 0o600))
            case "socket":
                let listener = try UnixListener(drop + "/a.yaml")
                listener.close()
            case "notUTF8": try write([0xFF, 0xFE])
            case "empty": try write([])
            default: try write(Array(repeating: UInt8(ascii: " "), count: ConfigurationReader.largestFile + 1))
            }
        }
        #expect(found.count == 1 && found[0].hasPrefix("accounts.d"), "\(found)")
        if !["file", "danglingFolder", "loopOfFolders", "fifoFolder"].contains(trouble) {
            #expect(found.first?.hasPrefix("accounts.d/a.yaml: the file ") == true, "\(found)")
        }
    }

    /// As another user, for root may read everything.
    @Test(.enabled(if: geteuid() == 0, "needs root")) func folderThatMayNotBeRead_isAMistake_thatIsNamed() async throws {
        let folder = try TemporaryFolder()
        try Data(Self.account.utf8).write(to: URL(filePath: folder.path + "/wabawatch.yaml"))
        try FileManager.default.createDirectory(atPath: folder.path + "/accounts.d", withIntermediateDirectories: true)
        chmod(folder.path, 0o755)
        for mode: mode_t in [0o700, 0o711] {
            chmod(folder.path + "/accounts.d", mode)
            let log = folder.path + "/log\(mode)"
            try Data().write(to: URL(filePath: log))
            let program = try Program.spawn(
                [
                    "setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", Site.programs + "wabawatchd", "--config",
                    folder.path + "/wabawatch.yaml", "--check",
                ], environment: ["TOKEN": "a", "SWIFT_BACKTRACE": "enable=no"], log: log)
            #expect(await program.wait() == EX_CONFIG)
            let said = try String(contentsOfFile: log, encoding: .utf8)
            #expect(said.contains("\(folder.path)/accounts.d: the folder cannot be read: Permission denied"), "\(said)")
        }
    }

    // MARK: Bounds

    /// However a file is made, it is refused or read soon.
    @Test(arguments: [
        "aliasesAsKey", "aliasesAsValue", "deepList", "deepMapping", "longKey", "manyKeys", "manyNodes", "manyAliases", "longScalar",
        "manyAccounts",
    ])
    func fileThatIsABomb_isRefusedSoon(kind: String) throws {
        func bomb(_ end: String) -> String {
            (0..<25).map { "a\($0): &a\($0) [\($0 == 0 ? "x" : Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ","))]\n" }
                .joined() + end
        }
        let text =
            switch kind {
            case "aliasesAsKey": bomb("? *a24\n: 1\n")
            case "aliasesAsValue": bomb("")
            case "deepList": "graph: " + String(repeating: "[", count: 400_000)
            case "deepMapping": "graph: " + String(repeating: "{a: ", count: 200_000)
            case "longKey": "? " + String(repeating: "k", count: 900_000) + "\n: 1\n"
            case "manyKeys": (0..<60_000).map { "key\($0): 1\n" }.joined()
            case "manyNodes": "accounts: [" + String(repeating: "1,", count: 400_000) + "]"
            case "manyAliases": "a: &a 1\nb: [" + String(repeating: "*a,", count: 200_000) + "]"
            case "longScalar": "graph: \"" + String(repeating: "\\u0041", count: 150_000) + "\""
            default: "accounts: [" + String(repeating: "{name: a},", count: 40_000) + "]"
            }
        let clock = ContinuousClock()
        var found: [String] = []
        let time = try clock.measure { found = try problems(text) }
        #expect(!found.isEmpty && found.count <= ConfigurationReader.mostProblems + 10)
        #expect(found.allSatisfy { $0.utf8.count < 1000 })
        // A second of a debug build on a machine that does other things as well.
        #expect(time < .seconds(3), "\(kind): \(time), \(found.first ?? "")")
    }

    @Test func aliases_thatAPersonWrites_areRead() throws {
        let text =
            "watch: &often { qr_code: { every: 2h } }\naccounts:\n"
            + (0..<200).map { "  - { name: a\($0), waba_id: \"\($0 + 1)\", token: { environment: TOKEN }, watch: *often }\n" }.joined()
        #expect(try problems(text) == [])
    }
}
