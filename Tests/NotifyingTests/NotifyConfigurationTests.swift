import FoundationEssentials
import StrictJSON
import StrictYAML
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import Notifying

/// `notify.yaml`: what it may say, and each mistake in it.
@Suite struct NotifyConfigurationTests {
    private static func load(_ text: String) throws(ConfigurationError) -> NotifyConfiguration {
        guard let folder = try? TemporaryFolder() else { preconditionFailure("there is no temporary folder") }
        let path = folder.path + "/notify.yaml"
        try? Data(text.utf8).write(to: URL(filePath: path))
        do throws(ConfigurationError) { return try NotifyConfiguration.load(path: path) } catch {
            throw ConfigurationError(
                problems: error.problems.map {
                    ConfigurationProblem(
                        file: $0.file.replacing(folder.path + "/", with: ""), line: $0.line, key: $0.key, sentence: $0.sentence)
                })
        }
    }

    private static func problems(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try load(text)
            return []
        } catch { return error.problems.map(\.description) }
    }

    @Test func routes_areReadAsTheyStand() throws {
        let configuration = try Self.load(
            """
            socket: /run/other
            routes:
              - name: on-call
                match: { kinds: [alarm], minimumSeverity: warning, accounts: [acme] }
                group: 1m
                repeat: 4h
                resolved: false
                timeout: 20s
                to: { exec: [ /usr/bin/apprise, -c, /etc/wabawatch/apprise.yml ], input: text }
              - name: alertmanager
                to: { alertmanager: "http://127.0.0.1:9093" }
              - name: hook
                match: { kinds: [phone_number], operations: [changed], fields: [/status] }
                to: { http: "https://hooks.example.org/x", format: cloudevents, headers: { credential: hook.headers } }
              - name: slack
                to: { http: { credential: slack.url }, format: slack }
              - name: mail
                to: { mail: [ ops@example.org, root ], sendmail: /usr/lib/sendmail, from: wabawatch@example.org }
              - name: whatsapp
                to: { whatsapp: "+1 555 123", account: acme, phone_number: "1078", template: number_alert, language: de }
            """)
        #expect(configuration.socket == "/run/other" && configuration.routes.count == 6)
        let first = configuration.routes[0]
        #expect(first.subject == .alarms && first.group == .seconds(60) && first.repeats == .seconds(4 * 3600) && !first.tellsEnd)
        #expect(first.timeout == .seconds(20) && first.match.minimumSeverity == .warning)
        #expect(first.destination == .exec(["/usr/bin/apprise", "-c", "/etc/wabawatch/apprise.yml"], .text))
        #expect(first.subscription == Filter(accounts: ["acme"], kinds: [.alarm]), "ends are info, and wanted")
        #expect(
            configuration.routes[1].destination == .alertmanager("http://127.0.0.1:9093")
                && configuration.routes[1].group == .milliseconds(200))
        let hook = configuration.routes[2]
        #expect(hook.subject == .changes && hook.subscription == hook.match && hook.match.fields?.map(\.description) == ["/status"])
        #expect(
            hook.destination
                == .http(
                    NotifyDestination.WebHook(
                        address: .url("https://hooks.example.org/x"), format: .cloudevents, headers: .credential("hook.headers"))))
        #expect(
            configuration.routes[3].destination
                == .http(NotifyDestination.WebHook(address: .secret(.credential("slack.url")), format: .slack)))
        #expect(
            configuration.routes[4].destination
                == .mail(
                    NotifyDestination.MailAddresses(to: ["ops@example.org", "root"], from: "wabawatch@example.org"),
                    sendmail: "/usr/lib/sendmail"))
        #expect(
            configuration.routes[5].destination
                == .whatsapp(
                    NotifyDestination.TemplateAddress(
                        to: "+1 555 123", account: "acme", phoneNumberID: "1078", template: "number_alert", language: "de")))
        #expect(configuration.routes[4].group == .seconds(30) && configuration.routes[4].repeats == nil && configuration.routes[4].tellsEnd)
    }

    @Test(
        arguments: [
            ("routes: []", "notify.yaml:1: routes: there is no route"), ("{}", "notify.yaml: routes: there is no route"),
            ("route: []", "notify.yaml:1: route: this key is not known; known are routes, socket"),
            ("routes:\n  - to: { exec: [/bin/x] }", "notify.yaml:2: routes[0]: name is missing"),
            (
                "routes:\n  - name: ../x\n    to: { exec: [/bin/x] }",
                "notify.yaml:2: routes[0].name: should be 1 to 64 letters, digits, dashes and underscores"
            ),
            ("routes:\n  - name: a", "notify.yaml:2: routes[0]: to is missing: where the route leads"),
            (
                "routes:\n  - name: a\n    to: {}",
                "notify.yaml:3: routes[0].to: should have one of alertmanager, exec, http, mail, whatsapp"
            ),
            (
                "routes:\n  - name: a\n    to: { exec: [x] }",
                "notify.yaml:3: routes[0].to.exec: should be a program's path, which begins with a slash, and its arguments"
            ),
            ("routes:\n  - name: a\n    to: { exec: [/x], format: slack }", "notify.yaml:3: routes[0].to.format: does not go with exec"),
            (
                "routes:\n  - name: a\n    to: { alertmanager: \"ftp://x\" }",
                "notify.yaml:3: routes[0].to.alertmanager: should be an address such as https://example.org/path"
            ),
            (
                "routes:\n  - name: a\n    to: { http: \"http://u@h/\" }",
                "notify.yaml:3: routes[0].to.http: should be an address such as https://example.org/path"
            ),
            (
                "routes:\n  - name: a\n    to: { http: \"http://h.example/\", headers: { credential: c } }",
                "notify.yaml:3: routes[0].to.http: should be https: the headers are a secret"
            ),
            ("routes:\n  - name: a\n    to: { mail: [] }", "notify.yaml:3: routes[0].to.mail: should be at least one address"),
            (
                "routes:\n  - name: a\n    to: { mail: [\"-oQ/tmp@x\"] }",
                "notify.yaml:3: routes[0].to.mail[0]: should be a mail address such as ops@example.org"
            ),
            (
                "routes:\n  - name: a\n    to: { mail: [\"a@b\\nBcc: c@d\"] }",
                "notify.yaml:3: routes[0].to.mail[0]: should be a mail address such as ops@example.org"
            ),
            (
                "routes:\n  - name: a\n    to: { whatsapp: \"1\", account: a, phone_number: \"1\" }",
                "notify.yaml:3: routes[0].to: template is missing"
            ),
            (
                "routes:\n  - name: a\n    match: { kinds: [alarm, phone_number] }\n    to: { exec: [/x] }",
                "notify.yaml:3: routes[0].match.kinds: alarms and changes of other kinds need a route each"
            ),
            (
                "routes:\n  - name: a\n    match: { operations: [added] }\n    to: { exec: [/x] }",
                "notify.yaml:3: routes[0].match.operations: is for changes: alarms are reported when they begin, change and end"
            ),
            (
                "routes:\n  - name: a\n    match: { kinds: [account] }\n    repeat: 1h\n    to: { exec: [/x] }",
                "notify.yaml:4: routes[0].repeat: is for alarms: a change neither lasts nor ends"
            ),
            (
                "routes:\n  - name: a\n    repeat: 1h\n    to: { exec: [/x], input: json }",
                "notify.yaml:3: routes[0].repeat: is for messages to people: an event is sent once, and alerts each minute"
            ),
            (
                "routes:\n  - name: a\n    match: { kinds: [account] }\n    to: { alertmanager: \"http://h\" }",
                "notify.yaml:4: routes[0].to: an Alertmanager takes alarms alone"
            ),
            (
                "routes:\n  - name: a\n    to: { exec: [/x] }\n  - name: a\n    to: { exec: [/x] }",
                "notify.yaml:4: routes[1]: the name a is already taken by another route"
            ),
            (
                "routes:\n  - name: a\n    repeat: 1s\n    to: { exec: [/x] }",
                "notify.yaml:3: routes[0].repeat: should be at least 1m and at most 30d"
            ),
        ])
    func mistake_isNamed_withItsPlace(text: String, problem: String) { #expect(Self.problems(text) == [problem]) }

    /// What is installed beside the program can be used as it is: the sample with its comment signs taken out, and each example.
    @Test func sampleAndExamples_areWithoutMistakes() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "etc/wabawatch")
        let sample = try String(contentsOf: folder.appending(path: "notify.yaml"), encoding: .utf8)
        #expect(try Self.load(sample).routes.map(\.name) == ["on-call"])
        let whole = sample.split(separator: "\n").map {
            $0.hasPrefix("  #-") || ($0.hasPrefix("  #  ") && !$0.hasPrefix("  #   ")) ? "  \($0.dropFirst(3))" : String($0)
        }
        #expect(try Self.load(whole.joined(separator: "\n")).routes.count == 5)
        let examples = folder.appending(path: "examples/notify")
        let names = try FileManager.default.contentsOfDirectory(atPath: examples.path())
        #expect(names.count >= 4)
        for name in names {
            #expect(try NotifyConfiguration.load(path: examples.appending(path: name).path()).routes.count == 1, "\(name)")
        }
    }

    @Test func routesAreFew() {
        let text = "routes:\n" + (0..<40).map { "  - { name: r\($0), to: { exec: [/x] } }\n" }.joined()
        #expect(Self.problems(text) == ["notify.yaml:2: routes: should be at most 32 routes"])
    }

    @Test func fileThatIsNotThere_isAProblem() {
        #expect(throws: ConfigurationError.self) { try NotifyConfiguration.load(path: "/nowhere/notify.yaml") }
    }

    @Test(
        arguments: [
            ("https://h/", true), ("HTTP://127.0.0.1:1/", true), ("http://localhost", true), ("http://[::1]:9/", true),
            ("http://h/", false),
            ("http://127.1/", false), ("http://127.0.0.1.evil/", false),
        ]) func secrets_goByHTTPS_orStayOnThisMachine(url: String, isKept: Bool)
    { #expect(WebAddress.keepsSecrets(url) == isKept) }
}
