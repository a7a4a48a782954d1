import FakeDaemon
import Foundation
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Notifying

/// What is sent, byte for byte.
@Suite struct TextFormTests {
    private static func message(_ lines: [String], subject: String = "wabawatch: 2 alarms", _ severity: Severity = .warning)
        -> NotificationMessage
    {
        NotificationMessage(subject: subject, lines: lines, severity: severity)
    }

    private static func mail(_ message: NotificationMessage) -> String {
        let mail = MailText(
            message, to: NotifyDestination.MailAddresses(to: ["ops@example.org", "b@example.org"], from: "w@example.org"), route: "mail",
            id: "log.7 <x>\n", host: "watch 1", time: Sample.moment)
        return String(decoding: mail.bytes, as: UTF8.self)
    }

    @Test func mail_isASCII_withItsFields_andTheWholeText() {
        let text = Self.mail(Self.message(["WARNING acme: caf\u{E9} = 1", ".", "From me ", String(repeating: "x", count: 200)]))
        #expect(text.utf8.allSatisfy { $0 == 10 || 0x20...0x7E ~= $0 } && text.split(separator: "\n").allSatisfy { $0.utf8.count <= 78 })
        let head = text.components(separatedBy: "\n\n")[0].components(separatedBy: "\n")
        #expect(
            head == [
                "From: w@example.org", "To: ops@example.org,", " b@example.org", "Subject: wabawatch: 2 alarms",
                "Date: Sat, 21 Nov 2026 04:00:00 +0000", "Message-ID: <log.7x@watch1>", "Auto-Submitted: auto-generated",
                "X-Wabawatch-Route: mail", "X-Wabawatch-Severity: warning", "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
            ])
        let body = text.components(separatedBy: "\n\n")[1]
        #expect(body.hasPrefix("WARNING acme: caf=C3=A9 =3D 1\n=2E\n=46rom me=20\n"))
        #expect(body.replacing("=\n", with: "").contains(String(repeating: "x", count: 200) + "\n"))
    }

    @Test(arguments: [
        "wabawatch: caf\u{E9} \u{1F331}", String(repeating: "\u{4E2D}", count: 100), "=?utf-8?Q?x?=", "a\nBcc: evil@example.org",
    ])
    func subject_isEncoded_andNoFieldOfItsOwn(subject: String) throws {
        let encoded = MailText.encoded(subject)
        let words = encoded.components(separatedBy: "\n ")
        #expect(words.allSatisfy { $0.hasPrefix("=?utf-8?B?") && $0.hasSuffix("?=") && $0.utf8.count <= 75 })
        let texts = try words.map { word in
            let data = try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
            return try #require(String(data: data, encoding: .utf8), "each word is of whole characters")
        }
        #expect(texts.joined() == subject)
        let head = Self.mail(Self.message(["x"], subject: subject)).components(separatedBy: "\n\n")[0]
        #expect(!head.contains("\nBcc"))
    }

    @Test func longSubject_isFolded_betweenWords() {
        let text = (0..<30).map { "word\($0)" }.joined(separator: " ")
        let lines = MailText.encoded(text).components(separatedBy: "\n ")
        #expect(lines.count > 2 && lines.joined(separator: " ") == text && lines.allSatisfy { $0.utf8.count <= 66 })
    }

    @Test(arguments: [(Int64(0), "Thu, 01 Jan 1970 00:00:00 +0000"), (1_798_761_599_000, "Thu, 31 Dec 2026 23:59:59 +0000")])
    func date_isOfRFC5322(milliseconds: Int64, text: String) { #expect(MailText.date(Timestamp(milliseconds: milliseconds)) == text) }

    @Test func slack_isGivenText_thatItDoesNotTakeForItsOwnMarks() throws {
        let request = HookRequest.slack(Self.message(["a <!channel> & b", "second"]))
        let json = try JSONValue(parsing: String(decoding: request.body, as: UTF8.self))
        #expect(json == ["text": "wabawatch: 2 alarms\na &lt;!channel&gt; &amp; b\nsecond\n"])
    }

    @Test func ntfy_isGivenTheText_withATitleThatIsOneField() {
        let request = HookRequest.ntfy(
            Self.message(["caf\u{E9}"], subject: "wabawatch: " + String(repeating: "\u{E9}", count: 100), .critical))
        #expect(String(decoding: request.body, as: UTF8.self) == "caf\u{E9}\n")
        let title = request.headers.first { $0.name == "Title" }?.value ?? ""
        #expect(title.hasPrefix("=?utf-8?B?") && title.utf8.allSatisfy { 0x20...0x7E ~= $0 })
        #expect(request.headers.contains(HookRequest.Header("Priority", "5")))
    }

    @Test func longMessage_isCut_betweenLines() {
        let message = Self.message((0..<100).map { "\($0) " + String(repeating: "\u{E9}", count: 100) })
        let text = message.text(atMost: 3900)
        #expect(text.utf8.count <= 3900 && text.hasSuffix("…\n") && text.hasPrefix("0 "))
        #expect(HookRequest.ntfy(message).body.count <= 3900)
    }

    @Test func templateText_isOneLine_thatMetaTakes() {
        let text = TemplateText.text(Self.message(["a\tb     c", "d\u{2028}e", String(repeating: "x", count: 2000)]))
        #expect(text.hasPrefix("a b c; d e; x") && text.count == 600)
        #expect(
            TemplateText.components(Self.message(["one"])).map { JSONValue.object($0) } == [
                ["type": "body", "parameters": [["type": "text", "text": "one"]]]
            ])
    }

    @Test(
        arguments: [
            (200, nil), (204, nil), (400, true), (413, true), (422, true), (401, false), (404, false), (408, false), (425, false),
            (429, false), (500, false), (503, false),
        ] as [(Int, Bool?)])
    func answer_isASuccess_aRefusal_orAFailure(status: Int, isRefusal: Bool?) {
        #expect(HookRequest.failure(status: status, retryAfter: nil)?.isRefusal == isRefusal)
    }

    @Test(
        arguments: [("7", 7), ("99999999", 86_400), ("-1", nil), ("Wed, 21 Oct 2026 07:28:00 GMT", nil), ("99999999999999999999", nil)]
            as [(String, Int?)])
    func retryAfter_isASecondsCount(text: String, seconds: Int?) {
        #expect(HookRequest.failure(status: 503, retryAfter: text)?.retryAfter == seconds.map { .seconds($0) })
    }

    @Test func headers_areReadOutOfASecret_orRefusedAsAWhole() {
        #expect(
            HookRequest.headers(parsing: "# of ours\nAuthorization: Bearer x y\r\nX-A:\tb\n\n")
                == [HookRequest.Header("Authorization", "Bearer x y"), HookRequest.Header("X-A", "b")])
        for text in ["no colon", "A B: c", ": x", "A: \u{E9}", "A: b\u{0}"] {
            #expect(HookRequest.headers(parsing: text) == nil, "\(text)")
        }
    }
}
