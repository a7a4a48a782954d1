import FoundationEssentials
import GraphAPI
import Glibc
import GraphSimulator
import StrictJSON
import StrictYAML
import Synchronization
import Systemd
import TestSupport
import Testing
import WhatsAppBusiness

@testable import ServiceConfiguration

/// `wabawatchd --check --online`: what Meta says of the tokens and ids of a configuration.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct OnlineCheckTests {
    // MARK: The program

    private static let account = Platform.sampleAccountID()
    private static let token = Platform.sampleToken

    private struct Outcome {
        var status: Int32
        var said: String
        var requests: [RecordedRequest]
    }

    /// Runs the program against a simulator.
    private func check(
        _ accounts: String, _ arguments: [String] = ["--check", "--online"], isUp: Bool = true,
        _ change: (inout Platform) -> Void = { _ in }
    ) async throws -> Outcome {
        let folder = try TemporaryFolder()
        var platform = Platform.sample(accounts: 2, numbers: 3)
        change(&platform)
        let simulator = try await GraphSimulator.start(platform)
        let text = "graph: { base_url: \"\(simulator.baseURL)\", timeout: 5s }\njournal: { enabled: false }\naccounts:\n\(accounts)\n"
        try Data(text.utf8).write(to: URL(filePath: folder.path + "/wabawatch.yaml"))
        if !isUp { try await simulator.stop() }
        let program = try Program.spawn(
            [Site.programs + "wabawatchd", "--config", folder.path + "/wabawatch.yaml"] + arguments,
            environment: ["TOKEN": Self.token, "OTHER": "anothertoken", "SWIFT_BACKTRACE": "enable=no"], log: folder.path + "/log")
        let status = await program.wait()
        let said = try String(contentsOfFile: folder.path + "/log", encoding: .utf8)
        let requests = simulator.requests
        if isUp { try await simulator.stop() }
        #expect(!said.contains(Self.token) && !said.contains("anothertoken"))
        return Outcome(status: status, said: said, requests: requests)
    }

    private static func line(_ name: String = "acme", id: String = account, token: String = "TOKEN", _ more: String = "") -> String {
        "  - { name: \(name), waba_id: \"\(id)\", token: { environment: \(token) }\(more) }"
    }

    @Test func whatIsWell_isSaid_andEachTokenAndIDIsAskedAboutOnce() async throws {
        let number = Platform.samplePhoneNumberID(1)
        let outcome = try await check(
            Self.line("acme", ", phone_numbers: [\"\(number)\"]") + "\n" + Self.line("second", id: Platform.sampleAccountID(1)))
        #expect(outcome.status == 0, "\(outcome.said)")
        #expect(outcome.said.contains("acme (\(Self.account)): \"Lucky Shrub 1\", the token never expires, 3 phone numbers\n"))
        #expect(outcome.said.contains("second (\(Platform.sampleAccountID(1))): \"Lucky Shrub 2\", the token never expires\n"))
        #expect(outcome.requests.map(\.edge).filter { $0 == .debugToken }.count == 1)
        #expect(outcome.requests.count == 4 && outcome.requests.allSatisfy { $0.status == 200 })
    }

    @Test(arguments: ["expired", "revoked", "over", "unknown", "powerless"]) func tokenThatIsNoUse_isAMistake_atItsLine(how: String)
        async throws
    {
        let outcome = try await check(Self.line(token: how == "unknown" ? "OTHER" : "TOKEN")) { platform in
            switch how {
            case "expired": platform.tokens[Self.token] = .expired
            case "revoked": platform.tokens[Self.token] = .revoked
            case "over": platform.tokens[Self.token] = .expires(at: Timestamp(milliseconds: 1_000_000_000_000))
            case "powerless": platform.tokens[Self.token] = .withoutPermission
            default: break
            }
        }
        #expect(outcome.status == EX_CONFIG, "\(outcome.said)")
        if how == "powerless" {
            let why = "the account cannot be seen with this token: the access token lacks a permission"
            #expect(outcome.said.contains("wabawatch.yaml:4: accounts[0].waba_id: \(why)"))
        } else {
            #expect(outcome.said.contains("wabawatch.yaml:4: accounts[0].token.environment: Meta refuses the access token (code 190"))
            #expect(outcome.requests.count == 1, "a token that is refused is not used again")
        }
    }

    @Test func tokenThatEndsSoon_isNoMistake_andIsSaid() async throws {
        let end = Timestamp(milliseconds: (Timestamp(Date()).milliseconds / 1000 + 86_400) * 1000)
        let outcome = try await check(Self.line()) { $0.tokens[Self.token] = .expires(at: end) }
        #expect(outcome.status == 0)
        #expect(outcome.said.contains("wabawatch.yaml:4: accounts[0].token.environment: the access token ends at \(end)\n"))
        #expect(outcome.said.contains("the token expires at \(end)"))
    }

    @Test func idOfSomethingElse_isAMistake_thatSaysOfWhat() async throws {
        let outcome = try await check(
            Self.line(id: Platform.samplePhoneNumberID()) + "\n" + Self.line("b", id: "506914307656634") + "\n" + Self.line("c", id: "12"))
        #expect(outcome.status == EX_CONFIG)
        let number = Platform.samplePhoneNumberID()
        let notOne = "not of a WhatsApp Business Account\n"
        #expect(outcome.said.contains("yaml:4: accounts[0].waba_id: \(number) is the id of a phone number, \(notOne)"))
        #expect(outcome.said.contains("yaml:5: accounts[1].waba_id: 506914307656634 is the id of a business portfolio, not of"))
        #expect(
            outcome.said.contains("yaml:6: accounts[2].waba_id: the account cannot be seen with this token: there is nothing to be seen"))
    }

    @Test func numbersThatAreNotInIt_areMistakes_eachNamed() async throws {
        let other = Platform.samplePhoneNumberID(0, account: 1)
        let outcome = try await check(
            Self.line("acme", ", phone_numbers: [\"\(Platform.samplePhoneNumberID())\", \"\(other)\", \"77\"]"))
        #expect(outcome.status == EX_CONFIG)
        for number in [other, "77"] {
            let sentence = "\(number) is not a phone number of the account \(Self.account)\n"
            #expect(outcome.said.contains("yaml:4: accounts[0].phone_numbers: " + sentence))
        }
        #expect(!outcome.said.contains("\(Platform.samplePhoneNumberID()) is not"))
    }

    @Test func metaThatCannotBeReached_isNoMistake_andNoSuccess() async throws {
        let outcome = try await check(Self.line() + "\n" + Self.line("b", id: "12"), isUp: false)
        #expect(outcome.status == EXIT_FAILURE)
        #expect(outcome.said.contains("Meta cannot be asked, so not everything was checked: "))
    }

    @Test func accountWhoseCredentialCannotBeLookedAt_isLeftOut() async throws {
        let outcome = try await check("  - { name: acme, waba_id: \"\(Self.account)\", token: { credential: acme.token } }")
        #expect(outcome.status == 0 && outcome.requests.isEmpty)
        #expect(outcome.said.contains("the credential acme.token cannot be checked"))
    }

    @Test func online_withoutCheck_isAMistakeOfUsage() async throws {
        #expect(try await check(Self.line(), ["--online"]).status == EX_USAGE)
    }

    // MARK: Answers that nobody has confirmed

    /// Answers `debug_token` as given and everything else well.
    private struct Meta: Transport {
        var status: Int
        var body: String

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            request.url.contains("/debug_token")
                ? HTTPResponse(status: status, body: Array(body.utf8))
                : HTTPResponse(status: 200, body: Array(#"{"id":"12","name":"N"}"#.utf8))
        }
    }

    private func check(_ status: Int, _ body: String) async throws -> OnlineCheck {
        var configuration = Configuration()
        configuration.accounts = [
            Configuration.Account(
                name: "acme", wabaID: "12", token: .environment("TOKEN"), watch: Configuration.Watch(), place: "f:1",
                tokenPlace: Configuration.Place(file: "f", line: 2, key: "token"))
        ]
        let secrets = Secrets(credentials: Credentials(directory: nil), environment: ["TOKEN": "sesame"])
        let checks = Mutex<[OnlineCheck]>([])
        try await configuration.checkOnline(
            secrets: secrets, now: Timestamp(milliseconds: 1_000_000_000_000), transport: Meta(status: status, body: body)
        ) { check in checks.withLock { $0.append(check) } }
        return try #require(checks.withLock(\.self).first)
    }

    @Test(arguments: [
        (400, #"{"error":{"code":100,"message":"(#100) You must provide an app access token, or that of an owner or developer"}}"#),
        (400, #"{"error":{"code":10,"message":"(#10) Application does not have permission for this action"}}"#),
        (404, #"{"error":{"code":2500,"message":"Unknown path components: /debug_token"}}"#),
    ])
    func metaThatDoesNotSayWhatATokenMayDo_isNoMistake(status: Int, body: String) async throws {
        let check = try await check(status, body)
        #expect(check.problems.isEmpty && check.unanswered.isEmpty)
        #expect(check.notes.count == 1 && check.notes[0].hasPrefix("f:2: token: Meta does not say what the token may do: "), "\(check)")
        #expect(check.confirmation == #"acme (12): "N""#)
    }

    @Test(arguments: [
        (200, "{}"), (200, #"{"data":[]}"#), (200, "no JSON"), (503, "busy"), (400, #"{"error":{"code":4,"message":"limit"}}"#),
    ])
    func answerThatSaysNothing_isNoAnswer(status: Int, body: String) async throws {
        let check = try await check(status, body)
        #expect(check.problems.isEmpty && check.confirmation == nil)
        #expect(check.unanswered.count == 1 && check.unanswered[0].hasPrefix("f:2: token: the token could not be checked: "), "\(check)")
    }

    /// Members that are missing or of another type say nothing.
    @Test(arguments: [
        "{}", #"{"is_valid":"yes","expires_at":true,"scopes":"all","granular_scopes":{},"error":7}"#, #"{"is_valid":null,"scopes":null}"#,
        #"{"is_valid":true,"expires_at":99999999999999999,"scopes":["whatsapp_business_management"]}"#,
        #"{"expires_at":-5,"granular_scopes":[7,{"scope":"whatsapp_business_management"},{"scope":"whatsapp_business_management","target_ids":[]}]}"#,
    ])
    func oddMembers_sayNothing(data: String) async throws {
        let check = try await check(200, #"{"data":\#(data)}"#)
        #expect(check.problems.isEmpty && check.notes.isEmpty && check.unanswered.isEmpty, "\(check)")
        #expect(check.confirmation != nil)
    }

    @Test func everythingThatIsWrongWithAToken_isSaid() async throws {
        let check = try await check(
            200,
            #"{"data":{"is_valid":false,"expires_at":999999999,"data_access_expires_at":"1000086400","scopes":["email"],"error":{"message":"sesame is over"},"#
                + #""granular_scopes":[{"scope":"whatsapp_business_management","target_ids":["13"]}]}}"#)
        #expect(
            check.problems.map(\.sentence) == [
                "Meta does not take the access token: (redacted) is over", "the access token ended at 2001-09-09T01:46:39.000Z",
                "the access token lacks the permission whatsapp_business_management; it has email",
            ])
        #expect(
            check.notes == [
                "f:2: token: the token's access to data ends at 2001-09-10T01:46:40.000Z",
                "f:2: token: the permission whatsapp_business_management is not given for 12 by name",
            ])
        #expect(check.confirmation == nil)
    }
}
