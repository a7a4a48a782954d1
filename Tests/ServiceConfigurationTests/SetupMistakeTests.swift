import Glibc
import GraphSimulator
import TestSupport
import Testing
import WhatsAppBusiness

/// Every wrong turn of `wabawatchd setup` has a sentence that helps, an exit status, and no file written.
@Suite(.inTurn, .timeLimit(.minutes(5))) struct SetupMistakeTests {
    /// A wrong turn.
    private struct Turn {
        var title: String
        var arguments = ["--yes", "--business", SetupSite.portfolio, "--token-file", "TOKEN"]
        var token = Array((SetupSite.token + "\n").utf8)
        var environment: [String: String] = [:]
        /// What else is in the configuration; the whole of it where it begins with `graph`.
        var configuration = ""
        var meta: (inout Platform) -> Void = { _ in }
        var prepare: (SetupSite) async throws -> Void = { _ in }
        var status: Int32 = 1
    }

    private static let number = Platform.samplePhoneNumberID()

    private static func business(_ title: String, _ id: String, _ meta: @escaping (inout Platform) -> Void = { _ in }) -> Turn {
        Turn(title: title, arguments: ["--yes", "--business", id, "--token-file", "TOKEN"], meta: meta)
    }

    private static func limited(_ title: String, to ids: Set<String>) -> Turn {
        Turn(title: title, arguments: ["--yes", "--token-file", "TOKEN"], meta: { $0.tokens[SetupSite.token] = .limited(to: ids) })
    }

    private static func state(_ title: String, _ state: TokenState?) -> Turn {
        Turn(title: title, meta: { $0.tokens[SetupSite.token] = state })
    }

    private static func token(_ title: String, _ text: String) -> Turn { Turn(title: title, token: Array(text.utf8)) }

    private static func fault(_ title: String, _ fault: Fault, on edge: SimulatedEdge) -> Turn {
        Turn(title: title, prepare: { $0.simulator.setFault(fault, on: EdgeMatch(edge: edge)) })
    }

    private static var turns: [Turn] {
        [
            Turn(title: "no terminal for questions", arguments: ["--token-file", "TOKEN"]),
            Turn(title: "no terminal for the token", arguments: ["--yes"]),
            Turn(title: "a mistake in the configuration", configuration: "nonsense: 1\n", status: EX_CONFIG),
            Turn(title: "no network", prepare: { try await $0.simulator.stop() }),
            Turn(
                title: "a name that has no address", environment: ["https_proxy": ""],
                configuration: "graph: { base_url: \"https://graph.invalid\", timeout: 5s }\n"),
            Turn(
                title: "a proxy that is not there", environment: ["https_proxy": "http://127.0.0.1:1"],
                configuration: "graph: { base_url: \"https://graph.invalid\", timeout: 5s }\n"),
            fault("a login page in the way", .body("<html>Please log in</html>"), on: .debugToken),
            fault("Meta's maintenance", .status(503), on: .debugToken),
            state("a token that Meta does not know", nil), state("an expired token", .expired), state("a removed app", .revoked),
            state("a changed password", .passwordChanged), state("a token that lacks the permission", .withoutPermission),
            Turn(title: "a token with other permissions", meta: { $0.scopes = ["pages_show_list", "public_profile"] }),
            Turn(title: "a token without permissions", meta: { $0.scopes = [] }),
            Turn(title: "an app that requires a proof", meta: { ($0.app.secret, $0.app.requiresProof) = ("s", true) }),
            Turn(title: "a token that is for no named account", arguments: ["--yes", "--token-file", "TOKEN"]),
            business("the id of a phone number", number), business("a text for an id", "Lucky Shrub"), business("an id of nothing", "4711"),
            business("an account that the token does not see", Platform.sampleAccountID(1)) {
                $0.tokens[SetupSite.token] = .limited(to: [SetupSite.account])
            },
            business("a number of an account that the token does not see", Platform.samplePhoneNumberID(0, account: 1)) {
                $0.tokens[SetupSite.token] = .limited(to: [SetupSite.account])
            },
            business("a portfolio without accounts", "77") { $0.businesses["77"] = Business() },
            Turn(
                title: "a portfolio that may not be listed",
                prepare: { site in
                    let error = SimulatedError(200, subcode: 1_349_174, "Your app doesn't have permission to list accounts", status: 403)
                    for edge in [SimulatedEdge.ownedAccounts, .clientAccounts] {
                        site.simulator.setFault(.error(error), on: EdgeMatch(edge: edge))
                    }
                }),
            limited("a token for a portfolio", to: [SetupSite.portfolio]), limited("a token for a phone number", to: [number]),
            limited("a token for an account that it does not see", to: ["4711"]),
            token("an empty token file", ""), token("a token file of white space", " \r\n\t\n"),
            token("two lines", "\(SetupSite.token)\n\(SetupSite.token)\n"), token("lines of old Macintoshes", "a\rb\r"),
            token("a space in the token", "Bearer \(SetupSite.token)\n"), token("letters that no token has", "EAAG…\n"),
            token("a long token", String(repeating: "a", count: 5000)), token("a large file", String(repeating: "a", count: 70_000)),
            Turn(title: "a binary file", token: [0x7F, 0x45, 0x4C, 0x46, 0, 1]),
            Turn(title: "a token file that is not there", arguments: ["--yes", "--token-file", "FOLDER/nowhere"]),
            Turn(title: "a folder for a token file", arguments: ["--yes", "--token-file", "FOLDER"]),
            Turn(
                title: "a name that cannot be",
                arguments: ["--yes", "--business", SetupSite.account, "--token-file", "TOKEN", "--name", "../etc"]),
            Turn(
                title: "a hidden name", arguments: ["--yes", "--business", SetupSite.account, "--token-file", "TOKEN", "--name", ".acme"]),
            Turn(
                title: "a name that is taken",
                arguments: ["--yes", "--business", SetupSite.account, "--token-file", "TOKEN", "--name", "acme"],
                configuration: "accounts: [ { name: acme, waba_id: \"1\", token: { environment: X } } ]\n"),
            Turn(
                title: "one name for several",
                arguments: ["--yes", "--business", SetupSite.portfolio, "--token-file", "TOKEN", "--name", "acme"]),
            Turn(title: "another token in the place", prepare: { try $0.write("tokens/lucky-shrub-1", "another\n") }),
            Turn(title: "another drop-in in the place", prepare: { try $0.write("units/wabawatchd.service.d/tokens.conf", "[Service]\n") }),
            Turn(title: "a file in the folder's place", prepare: { try $0.write("tokens", "") }),
            Turn(title: "a file in the place of the folder of units", prepare: { try $0.write("units", "") }),
        ]
    }

    @Test func everyWrongTurn_hasASentenceThatHelps_andChangesNothing() async throws {
        var told = ""
        for turn in Self.turns {
            let site = try await SetupSite(turn.meta)
            try site.write("token", bytes: turn.token)
            if turn.configuration.hasPrefix("graph") {
                try site.write("wabawatch.yaml", turn.configuration)
            } else {
                try site.write("wabawatch.yaml", (site.text("wabawatch.yaml") ?? "") + turn.configuration)
            }
            try await turn.prepare(site)
            let before = site.files.map { [$0, site.text($0) ?? ""] }
            let arguments = turn.arguments.map {
                $0.replacing("TOKEN", with: site.folder.path + "/token").replacing("FOLDER", with: site.folder.path)
            }
            let outcome = try await site.run(arguments, environment: turn.environment)
            #expect(outcome.status == turn.status, "\(turn.title): \(outcome.said)")
            #expect(site.files.map { [$0, site.text($0) ?? ""] } == before, "\(turn.title): \(outcome.said)")
            #expect(!outcome.said.contains(SetupSite.token), "\(turn.title)")
            told += "## \(turn.title)\n\(site.said(outcome))\n"
            if turn.title != "no network" { try await site.simulator.stop() }
        }
        try Golden.expect(told, "setup-mistakes")
    }

    @Test func proxyThatRefuses_isNamed() async throws {
        let site = try await SetupSite()
        let proxy = try RefusingProxy()
        try site.write("wabawatch.yaml", "graph: { base_url: \"https://graph.invalid\", timeout: 5s }\n")
        let outcome = try await site.run(
            ["--yes", "--token-file", site.folder.path + "/token"], environment: ["https_proxy": "http://127.0.0.1:\(proxy.port)"])
        #expect(outcome.status == 1)
        #expect(outcome.said.contains("Cannot reach https://graph.invalid: the proxy refuses the connection: "), "\(outcome.said)")
        #expect(outcome.said.contains("403") && outcome.said.contains("https_proxy"))
        try await site.simulator.stop()
    }
}

/// A proxy that refuses everybody.
private final class RefusingProxy: Sendable {
    let port: UInt16
    private let listener: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, generic, &length) == 0
            }
        }
        guard number else { throw Program.Failed(call: "bind", number: errno) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Program.onQueue {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    close(listener)
                    return
                }
                var buffer = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &buffer, buffer.count, 0)
                let answer = Array("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".utf8)
                _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
        }
    }

    /// Whoever accepts closes: before that the number must not become another's.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
