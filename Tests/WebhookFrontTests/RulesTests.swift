import FoundationEssentials
import HTTPFront
import Testing

@testable import WebhookFront

/// What a head leads to, without a socket.
@Suite struct RulesTests {
    private func verdict(_ method: String = "POST", _ target: String = "/", _ headers: [(name: String, value: String)]) throws -> Int? {
        let rules = RequestRules(path: "/", token: try VerifyToken(verifyToken.utf8), bodyBytes: 3 << 20)
        switch rules.verdict(on: FrontRequest(method: method, target: target, headers: headers)) {
        case .answer(let answer): return answer.status
        case .receive: return nil
        }
    }

    static let digits = String(repeating: "0a", count: 32)

    static let signatures: [([String], Bool)] = [
        (["sha256=\(digits)"], true), (["sha256=\(digits.uppercased())"], true), ([], false), ([""], false), (["sha256="], false),
        ([digits], false), (["SHA256=\(digits)"], false), (["sha1=\(digits)"], false), (["sha256=\(digits)0"], false),
        (["sha256=\(digits.dropLast())"], false), (["sha256=\(digits.dropLast())g"], false), (["sha256 =\(digits)"], false),
        (["sha256=\(digits)", "sha256=\(digits)"], false), (["sha256=\(digits), sha256=\(digits)"], false),
        (["sha256=\u{FF10}\(digits.dropFirst(3))"], false), (["sha256=\(digits.dropLast())@"], false),
        (["sha256=\(digits.dropLast())`"], false), (["sha256=\(digits.dropLast())G"], false),
    ]

    @Test(arguments: RulesTests.signatures) func signature_ofAnotherForm_orNotOnce_is401(values: [String], isTaken: Bool) throws {
        let headers = values.map { (name: "X-Hub-Signature-256", value: $0) } + [(name: "content-type", value: "application/json")]
        #expect(try verdict("POST", "/", headers) == (isTaken ? nil : 401))
    }

    @Test(arguments: [
        ("application/json", true), ("Application/JSON", true), ("application/json; charset=utf-8", true), ("application/json;x", true),
        ("application/jsonp", false), ("text/plain", false), ("", false), ("application/x-www-form-urlencoded", false), (";", false),
    ]) func contentType_thatIsNotJSON_is415(type: String, isTaken: Bool) throws {
        #expect(try verdict("POST", "/", [("X-Hub-Signature-256", signature), ("Content-Type", type)]) == (isTaken ? nil : 415))
    }

    static let headers: [(String, String, Int?)] = [
        ("content-encoding", "identity", nil), ("content-encoding", "gzip", 415), ("content-encoding", "identity, gzip", 415),
        ("transfer-encoding", "chunked", nil), ("transfer-encoding", "gzip, chunked", 501), ("content-length", "3145728", nil),
        ("content-length", "3145729", 413), ("content-length", "99999999999999999999", 413), ("expect", "100-continue", nil),
        ("expect", "100-Continue", nil), ("expect", "200-ok", 417), ("upgrade", "h2c", 400),
    ]

    @Test(arguments: RulesTests.headers) func header_thatAsksForMoreThanThereIs_isRefused(name: String, value: String, status: Int?) throws
    {
        #expect(
            try verdict("POST", "/", [("X-Hub-Signature-256", signature), ("Content-Type", "application/json"), (name, value)]) == status)
    }

    @Test(arguments: [
        ("PUT", "/", 405), ("DELETE", "/", 405), ("OPTIONS", "/", 405), ("post", "/", 405), ("POST", "/x", 404), ("GET", "//", 404),
        ("PUT", "/x", 404), ("GET", "", 404), ("GET", "http://hooks.example/", 404), ("GET", "/%2F", 404), ("CONNECT", "a:1", 404),
        ("GET", "/", 403),
        ("GET", "/?", 403),
    ]) func methodOrPath_thatThereIsNot_isRefused(method: String, target: String, status: Int) throws {
        #expect(try verdict(method, target, []) == status)
    }

    private static let other = "hub.challenge=1&hub.verify_token=\(verifyToken)"
    private static let long = String(repeating: "1", count: 128)
    static let verifications: [(String, String?)] = [
        (verification(), "1158201444"), (verification(challenge: "aZ09"), "aZ09"), (verification(token: "wrong"), nil),
        (verification(token: ""), nil), (verification(token: "\(verifyToken)x"), nil),
        (verification(token: String(verifyToken.dropLast())), nil), (verification(token: "\(verifyToken)\(verifyToken)"), nil),
        (verification(challenge: ""), nil), (verification(challenge: "%3Cscript%3E"), nil), (verification(challenge: "a+b"), nil),
        (verification(challenge: "a%0d%0ab"), nil), (verification(challenge: "%D9%A1"), nil), (verification(challenge: long), long),
        (verification(challenge: "\(long)1"), nil), ("\(verification())&hub.challenge=2", nil),
        ("\(verification())&hub.verify_token=x", nil),
        ("\(verification())&hub.mode=subscribe", nil), ("\(verification())&other=1&x", "1158201444"),
        ("/?hub.mode=unsubscribe&\(other)", nil), ("/?\(other)", nil), ("/?hub.mode=subscribe&\(other)", "1"),
        (verification(token: "%76\(verifyToken.dropFirst())"), "1158201444"), (verification(challenge: "%"), nil),
        (verification(challenge: "%4"), nil), (verification(challenge: "%ff"), nil),
    ]

    @Test(arguments: RulesTests.verifications) func verification_isAnsweredWithItsChallenge_byTheRightTokenAlone(
        target: String, challenge: String?
    )
        throws
    {
        let query = target.split(separator: "?", maxSplits: 1)[1]
        #expect(VerificationQuery(query).challenge(try VerifyToken(verifyToken.utf8)) == challenge)
    }

    @Test func verifyToken_isOneLineOfVisibleASCII_andDescribesItselfToNobody() throws {
        let token = try VerifyToken("secretCANARY\r\n".utf8)
        #expect(token.matches("secretCANARY") && !token.matches("secretCANARY\r\n"))
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!"\(token) \(String(reflecting: token)) \(dumped)".contains("CANARY"))
        #expect(throws: VerifyTokenError.empty) { try VerifyToken("\n".utf8) }
        #expect(throws: VerifyTokenError.forbiddenByte) { try VerifyToken("a b".utf8) }
        #expect(throws: VerifyTokenError.forbiddenByte) { try VerifyToken("ä".utf8) }
        #expect(throws: VerifyTokenError.tooLong) { try VerifyToken(String(repeating: "a", count: 1025).utf8) }
    }

    /// The limits that the documentation and the manual page tell, and the end that the unit waits for.
    @Test func limits_areThoseThatAreWrittenDown() throws {
        let limits = FrontLimits()
        #expect(limits.bodyBytes == 3 << 20 && limits.allBodies == 24 << 20 && limits.connections == 256)
        #expect(limits.requestTime == .seconds(10) && limits.shutdownTime == .seconds(15))
        // nginx keeps a connection to a server for 60 s.
        #expect(limits.idleTime > .seconds(60))
        // Answered before Meta, or a proxy, waits no longer.
        #expect(limits.requestTime + limits.answerTime < .seconds(20))
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let unit = try String(contentsOf: root.appending(path: "systemd/wabawatch-webhook.service"), encoding: .utf8)
        let stop = unit.split(separator: "\n").first { $0.hasPrefix("TimeoutStopSec=") }?.split(separator: "=").last?.dropLast()
        #expect(limits.shutdownTime + .seconds(5) <= .seconds(try #require(stop.flatMap { Int($0) })))
    }

    @Test func addresses_areReadOrRefused() {
        #expect(ListenAddress("127.0.0.1:9475") == .internet(host: "127.0.0.1", port: 9475))
        #expect(ListenAddress("[::1]:0") == .internet(host: "::1", port: 0))
        #expect(ListenAddress("unix:/run/x") == .unix(path: "/run/x"))
        for wrong in ["", "127.0.0.1", ":1", "::1:1", "a:65536", "a:-1", "unix:", "unix:x", "unix:/" + String(repeating: "x", count: 107)] {
            #expect(ListenAddress(wrong) == nil, "\(wrong)")
        }
    }

    @Test func complaints_areToldAtOnce_andThenOnceAnInterval_withTheirCount() {
        var count = PacedCount(every: .seconds(60))
        #expect(count.due(at: .seconds(1)) == nil)
        #expect(count.add(at: .seconds(1)) == 1)
        #expect(count.add(at: .seconds(2)) == nil && count.add(at: .seconds(60)) == nil)
        #expect(count.due(at: .seconds(60)) == nil && count.due(at: .seconds(61)) == 2 && count.due(at: .seconds(500)) == nil)
        #expect(count.add(at: .seconds(600)) == 1 && count.add(at: .seconds(601)) == nil && count.rest(at: .seconds(602)) == 1)
        #expect(count.rest(at: .seconds(603)) == nil)
    }
}
