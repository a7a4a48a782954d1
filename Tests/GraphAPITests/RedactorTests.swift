import Foundation
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

@testable import GraphAPI

/// No piece of a secret comes out of an answer, however it was cut, wrapped or written.
@Suite(.timeLimit(.minutes(2))) struct RedactorTests {
    private struct Holder {
        let secrets: [String]
        let redactor: Redactor

        init(token: String, appSecret: String) throws {
            let (token, appSecret) = (try AccessToken(token), try AppSecret(appSecret))
            secrets = [token.secret.text, appSecret.secret.text, token.proof(appSecret)]
            redactor = Redactor(token: token, appSecret: appSecret)
        }

        static func random(_ random: inout SeededGenerator) throws -> Holder {
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789|_-+/%&.")
            let token = String(
                (0..<Int.random(in: 24..<240, using: &random)).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
            let secret = String((0..<32).map { _ in Array("0123456789abcdef")[Int.random(in: 0..<16, using: &random)] })
            return try Holder(token: token, appSecret: secret)
        }
    }

    private static func percent(_ text: String) -> String { text.utf8.map { String(format: "%%%02x", $0) }.joined() }
    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// How a secret may be written, by name.
    private static let writings: [(name: String, write: @Sendable (String) -> String)] = [
        ("as it is", { $0 }), ("upper case", { $0.uppercased() }), ("lower case", { $0.lowercased() }), ("percent", percent),
        ("URL", { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }),
        ("percent twice", { percent($0).replacingOccurrences(of: "%", with: "%25") }),
        ("base64", base64), ("base64 behind one", { base64("x" + $0) }), ("base64 behind two", { base64("ab" + $0 + "!") }),
        ("Basic", { "Basic " + base64("user:" + $0) }),
        (
            "base64url",
            {
                base64("~~" + $0).replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_").replacingOccurrences(
                    of: "=", with: "")
            }
        ),
        ("base64 in lines", { Data($0.utf8).base64EncodedString(options: .lineLength64Characters) }),
        ("base64 in a URL", { percent(base64($0)) }),
        ("HTML, decimal", { $0.utf8.map { "&#\($0);" }.joined() }),
        ("HTML, hexadecimal", { $0.utf8.map { "&#x" + String($0, radix: 16, uppercase: true) + ";" }.joined() }),
        (
            "HTML, named",
            {
                $0.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "|", with: "&vert;").replacingOccurrences(
                    of: "/", with: "&sol;")
            }
        ),
        ("HTML twice", { $0.utf8.map { "&amp;#\($0);" }.joined() }), ("JSON", { $0.utf8.map { String(format: "\\u%04X", $0) }.joined() }),
        ("JSON, slashes", { $0.replacingOccurrences(of: "/", with: "\\/") }),
        ("JSON twice", { $0.utf8.map { String(format: "\\\\u%04x", $0) }.joined() }),
        ("C", { $0.utf8.map { String(format: "\\x%02x", $0) }.joined() }),
        ("hexadecimal", { $0.utf8.map { String(format: "%02x", $0) }.joined() }),
        ("hexadecimal, upper case", { $0.utf8.map { String(format: "%02X", $0) }.joined() }),
        ("in lines", { $0.map { String($0) }.joined(separator: "\n") }),
        ("with joiners", { $0.map { String($0) }.joined(separator: "\u{200B}") }),
    ]

    private static let surroundings: [(String, String)] = [
        ("", ""), ("Malformed access token ", ""), ("a ", " b"), ("\"", "\""), ("https://g/?q=", "&after=c"), ("(", ")"), ("é", "é"),
        ("{\\\"m\\\":\\\"", "\\\"}"),
    ]

    /// Nothing of the secret that is as long as what counts is left, whatever the case.
    private func expectNothing(of secret: String, in text: String, _ sample: String) {
        let written = Array(text.lowercased().utf8)
        let bytes = Array(secret.lowercased().utf8)
        let least = min(max(bytes.count / 3, 8), 16)
        for start in 0...(bytes.count - least) {
            let piece = bytes[start..<(start + least)]
            guard piece.contains(where: { !(0x30...0x39 ~= $0) }), written.count >= least else { continue }
            for place in 0...(written.count - least)
            where written[place] == piece.first && written[place..<(place + least)].elementsEqual(piece) {
                Issue.record("\(sample): \(text)")
                return
            }
        }
    }

    @Test func secret_writtenInAnyWay_whole_half_orCutOff_isTakenOut() throws {
        var random = SeededGenerator(state: 190)
        for _ in 0..<10 {
            let holder = try Holder.random(&random)
            for secret in holder.secrets {
                let half = secret.utf8.count / 2
                let cut = Int.random(in: half..<secret.utf8.count, using: &random)
                for part in [
                    secret, String(secret.prefix(half)), String(secret.suffix(secret.utf8.count - half)), String(secret.prefix(cut)),
                    String(secret.suffix(cut)),
                ] {
                    for (name, write) in Self.writings {
                        let (before, behind) = Self.surroundings[Int.random(in: 0..<Self.surroundings.count, using: &random)]
                        let text = before + write(part) + behind
                        let redacted = holder.redactor.redact(text)
                        #expect(redacted.contains(Redactor.replacement), "\(name): \(text)")
                        #expect(!redacted.contains(write(part)), "\(name)")
                        expectNothing(of: part, in: redacted, name)
                        // Once is enough.
                        #expect(holder.redactor.redact(redacted) == redacted, "\(name)")
                    }
                }
            }
        }
    }

    @Test func secret_splitOverMembers_isTakenOutOfEach() throws {
        var random = SeededGenerator(state: 3)
        for _ in 0..<100 {
            let holder = try Holder.random(&random)
            for secret in holder.secrets {
                let place = Int.random(in: secret.utf8.count / 3...secret.utf8.count * 2 / 3, using: &random)
                let (first, second) = (String(secret.prefix(place)), String(secret.dropFirst(place)))
                let value = holder.redactor.redact([
                    "error": ["message": .string("x " + first), second: "1", "list": [.string(second), .string(first + "…")]]
                ])
                for part in [first, second] where part.utf8.count >= 16 { expectNothing(of: part, in: value.description, "split") }
                #expect(!value.description.contains(first) && !value.description.contains(second))
            }
        }
    }

    @Test(arguments: [
        "access_token=abc&after=c", "ACCESS_TOKEN = abc", "{\\\"access_token\\\":\\\"abc\\\"}", "{\"verify_token\": \"abc\"}",
        "hub.verify_token=abc&x", "access_token%3Dabc%26x",
        "?x=1&appsecret_proof=abc#y", "client_secret=abc", "&quot;access_token&quot;:&quot;abc&quot;", "accessToken: 'abc'",
        "\\u0061ccess_token=abc",
    ]) func valueBehindAName_isTakenOut_whoeversItIs(text: String) throws {
        let holder = try Holder(token: "EAAGm0PX4ZCpsBAKZC", appSecret: "0123456789abcdef0123456789abcdef")
        let redacted = holder.redactor.redact(text)
        #expect(!redacted.contains("abc"), "\(redacted)")
        #expect(holder.redactor.redact(redacted) == redacted)
    }

    @Test(arguments: [
        "access_token", "accessToken", "ACCESS_TOKEN", "hub.verify_token", "page_access_token", "app_secret", "clientSecret",
        "appsecret_proof",
    ])
    func member_thatHoldsASecret_isEmptied(name: String) throws {
        let holder = try Holder(token: "EAAGm0PX4ZCpsBAKZC", appSecret: "0123456789abcdef0123456789abcdef")
        #expect(holder.redactor.redact([name: ["x": "abc"]]) == [name: .string(Redactor.replacement)])
    }

    @Test(arguments: [
        "Error validating access token: Session has expired on Friday", "Lucky Shrub's support: 100 % & more \\ less", "670843887433847",
        "https://pps.whatsapp.net/v/t61.24694-24/x.jpg?ccb=11-4&oh=01_Q5",
        "QVFIUjRtc3J0ZAjBuLWNhbGxfbG9n", "The access_token is missing", "{{1}}, your order &amp; more", "a\nb\tc", "पैकेज मिल गया", "EAAG",
        "%zz %", "&#;&#x;", "\\u12", "", "https://g/?access_token=(redacted)&after=c",
    ]) func text_withoutASecret_isAsItWas(text: String) throws {
        for token in ["EAAGm0PX4ZCpsBAKZCsampletoken", "670843887433847|Zx8_abcDEFghiJKLmno-pqr", "s"] {
            let redactor = Redactor(token: try AccessToken(token), appSecret: nil)
            guard token != "s" else { continue }
            #expect(redactor.redact(text).utf8.elementsEqual(text.utf8), "\(redactor.redact(text))")
        }
    }

    @Test func secret_ofAFewLetters_isTakenOutWhole() throws {
        for token in ["s", "shh", "abcd", "TOKEN", "tokens7"] {
            let redactor = Redactor(token: try AccessToken(token), appSecret: nil)
            #expect(redactor.redact("x\(token)!") == "x(redacted)!")
            #expect(redactor.redact("x \(token) and \(token)") == "x (redacted) and (redacted)" || token == "s")
        }
    }

    @Test func texts_ofAnOrdinaryAnswer_costLittle() throws {
        let holder = try Holder(token: String(repeating: "EAAGm0PX4ZCpsBAKZCx", count: 11), appSecret: "0123456789abcdef0123456789abcdef")
        let values = (0..<20_000).map {
            JSONValue.object([
                "id": .string("\(107_878_721_936_019 + $0)"), "verified_name": .string("Lucky Shrub \($0)"), "status": "CONNECTED",
            ])
        }
        let value = JSONValue.array(values)
        let time = ContinuousClock().measure { #expect(holder.redactor.redact(value) == value) }
        #expect(time < .seconds(5))
    }

    @Test func page_ofKeys_isLookedAtWhole() throws {
        let holder = try Holder(token: "EAAGm0PX4ZCpsBAKZCsampletoken", appSecret: "0123456789abcdef0123456789abcdef")
        var page = KeyPage()
        page.keys = IDList((0..<100).map { "US.\(13_491_208_655_302_741 + $0)" })
        page.after = "QVFIUjRtc3J0"
        #expect(!holder.redactor.touches(page))
        for key in ["EAAGm0PX4ZCpsBA", "x%45AAGm0PX4ZCpsBAKZC", "cdef0123456789ABCDEF"] {
            var touched = page
            _ = touched.keys.append(key)
            #expect(holder.redactor.touches(touched), "\(key)")
        }
    }
}
