import FakeDaemon
import Foundation
import GraphAPI
import Logging
import Notifying
import StrictJSON
import Systemd
import TestSupport
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import NotificationDelivery

/// Real HTTP, a real sendmail's place, a daemon's answers.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct SenderTests {
    private static func events(_ count: Int) -> Parcel {
        Parcel(.events((1...count).map { RoutedEvent(id: "log.\($0)", bytes: Array("{\"n\":\($0)}".utf8), cursor: Cursor("log.\($0)")) }))
    }
    private static let message = Parcel(.message(NotificationMessage(subject: "wabawatch: x", lines: ["WARNING x"], severity: .warning)))

    private static func with(
        _ hook: (HookServer) -> NotifyDestination.WebHook,
        answer: @escaping @Sendable (HookServer.Request, Int) -> HookServer.Answer = { _, _ in HookServer.Answer() },
        _ body: (HookSender, HookServer) async throws -> Void
    ) async throws {
        let server = try await HookServer.start(answer)
        let transport = try CurlTransport()
        let sender = HookSender(hook(server), transport: transport, credentials: Credentials(directory: nil))
        try await body(sender, server)
        transport.close()
        try await server.stop()
    }

    @Test func events_areARequestEach_withTheirIDs() async throws {
        try await Self.with({ NotifyDestination.WebHook(address: .url($0.url + "/hook?x=1")) }) { sender, server in
            #expect(await sender.deliver(Self.events(3)) == .delivered)
            #expect(server.requests.map(\.body) == [#"{"n":1}"#, #"{"n":2}"#, #"{"n":3}"#])
            #expect(server.requests.allSatisfy { $0.method == "POST" && $0.path == "/hook?x=1" })
            #expect(server.requests.map { $0.headers["content-type"] } == .init(repeating: CloudEvent.mediaType, count: 3))
            #expect(server.requests.map { $0.headers["idempotency-key"] } == ["log.1", "log.2", "log.3"])
        }
    }

    @Test func eventThatFails_leavesThoseBeforeItDelivered() async throws {
        try await Self.with(
            { NotifyDestination.WebHook(address: .url($0.url)) },
            answer: { _, before in before == 2 ? HookServer.Answer(status: 503, headers: ["Retry-After": "7"]) : HookServer.Answer() }
        ) { sender, server in
            let outcome = await sender.deliver(Self.events(5))
            #expect(outcome == .failed(DeliveryFailure("the answer is HTTP 503", retryAfter: .seconds(7)), done: 2))
            #expect(server.requests.count == 3)
        }
    }

    @Test func redirect_isNotFollowed() async throws {
        try await Self.with(
            { NotifyDestination.WebHook(address: .url($0.url)) },
            answer: { _, _ in HookServer.Answer(status: 302, headers: ["Location": "/other"]) }
        ) { sender, server in
            guard case .failed(let failure, done: 0) = await sender.deliver(Self.events(1)) else {
                Issue.record("it was delivered")
                return
            }
            #expect(!failure.isRefusal && server.requests.count == 1)
        }
    }

    @Test func secrets_areReadAtEachDelivery() async throws {
        let folder = try TemporaryFolder()
        let (address, headers) = (folder.path + "/url", folder.path + "/headers")
        try await Self.with({ _ in
            NotifyDestination.WebHook(address: .secret(.file(address)), format: .slack, headers: .file(headers))
        }) { sender, server in
            guard case .failed(let missing, _) = await sender.deliver(Self.message) else {
                Issue.record("it was delivered")
                return
            }
            #expect(missing.description.contains(address))
            try Data("\(server.url)/first\n".utf8).write(to: URL(filePath: address))
            try Data("Authorization: Bearer one\n".utf8).write(to: URL(filePath: headers))
            #expect(await sender.deliver(Self.message) == .delivered)
            try Data("Authorization: Bearer two\n".utf8).write(to: URL(filePath: headers))
            #expect(await sender.deliver(Self.message) == .delivered)
            #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer one", "Bearer two"])
            #expect(server.requests[0].path == "/first" && server.requests[0].body == #"{"text":"WARNING x\n"}"#)
            // A secret over a foreign network in the clear is not sent.
            try Data("http://192.0.2.1/\n".utf8).write(to: URL(filePath: address))
            guard case .failed(let refused, _) = await sender.deliver(Self.message) else {
                Issue.record("it was delivered")
                return
            }
            #expect(refused.description.contains("https") && server.requests.count == 2)
        }
    }

    @Test func ntfy_isGivenTitleAndPriority() async throws {
        try await Self.with({ NotifyDestination.WebHook(address: .url($0.url + "/topic"), format: .ntfy) }) { sender, server in
            #expect(await sender.deliver(Self.message) == .delivered)
            let request = try #require(server.requests.first)
            #expect(request.body == "WARNING x\n" && request.headers["title"] == "wabawatch: x" && request.headers["priority"] == "4")
        }
    }

    @Test func alerts_goToTheAlertmanager_aThousandAtATime() async throws {
        let server = try await HookServer.start()
        let transport = try CurlTransport()
        let sender = HookSender(alertmanager: server.url + "/base/", transport: transport)
        let alerts = (0..<2500).map { number in
            AlarmAlert(
                PresentAlarm(
                    Resource(
                        ResourceID(account: "acme", kind: .alarm, id: "quality/\(number)"), confirmedAt: Sample.moment,
                        changedAt: Sample.moment,
                        document: ["name": "quality", "severity": "warning", "summary": "x", "since": "2026-11-21T04:00:00.000Z"])))
        }
        #expect(await sender.deliver(Parcel(.alerts(alerts))) == .delivered)
        #expect(server.requests.map(\.path) == .init(repeating: "/base/api/v2/alerts", count: 3))
        let counts = try server.requests.map { try JSONValue(parsing: $0.body).array?.count }
        #expect(counts == [1000, 1000, 500])
        transport.close()
        try await server.stop()
    }

    @Test func nobodyThere_isAFailure_thatIsTriedAgain() async throws {
        let transport = try CurlTransport()
        let sender = HookSender(
            NotifyDestination.WebHook(address: .url("http://127.0.0.1:1")), transport: transport, credentials: Credentials(directory: nil))
        guard case .failed(let failure, done: 0) = await sender.deliver(Self.events(1)) else {
            Issue.record("it was delivered")
            return
        }
        #expect(!failure.isRefusal)
        transport.close()
    }

    // MARK: Programs and mail

    /// A program; written by another one, so that none that is started at this moment keeps it open.
    private static func script(_ text: String) async throws -> (TemporaryFolder, String) {
        let folder = try TemporaryFolder()
        let path = folder.path + "/program"
        let writer = ChildProgram(["/bin/sh", "-c", #"cat >"$1"; chmod 755 "$1""#, "sh", path], environment: [])
        #expect(await writer.run(Array("#!/bin/sh\n\(text)\n".utf8)) == .exited(0, output: ""))
        return (folder, path)
    }

    @Test func mail_isGivenToASendmail_withItsAddressesAsArguments() async throws {
        let (folder, path) = try await Self.script(#"printf '%s\n' "$@" >"$0.arguments"; cat >"$0.mail""#)
        let time = NotifyTime(running: { .zero }, wall: { Sample.moment }, sleep: { _ in })
        let sender = MailSender(
            NotifyDestination.MailAddresses(to: ["ops@example.org"], from: "w@example.org"), sendmail: path, route: "mail", host: "watch1",
            time: time)
        #expect(await sender.deliver(Self.message) == .delivered)
        #expect(try String(contentsOfFile: path + ".arguments", encoding: .utf8) == "-i\n-f\nw@example.org\n--\nops@example.org\n")
        #expect(try String(contentsOfFile: path + ".mail", encoding: .utf8).hasSuffix("\n\nWARNING x\n"))
        _ = folder
    }

    @Test(arguments: [(65, true), (67, false), (68, false), (75, false), (1, false)]) func sendmail_saysWhetherItWillEverTakeIt(
        status: Int, isRefusal: Bool
    ) async throws {
        let (folder, path) = try await Self.script("cat >/dev/null; echo no; exit \(status)")
        let time = NotifyTime(running: { .zero }, wall: { Sample.moment }, sleep: { _ in })
        let sender = MailSender(
            NotifyDestination.MailAddresses(to: ["ops@example.org"]), sendmail: path, route: "mail", host: "watch1", time: time)
        #expect(
            await sender.deliver(Self.message) == .failed(DeliveryFailure("\(path) ended with \(status): no", isRefusal: isRefusal)))
        _ = folder
    }

    @Test(
        arguments: [
            (.service(.actionUncertain(account: "acme", action: "send", reason: "no answer")), false, true),
            (.disconnected, false, true), (.silent, false, true), (.notRunning, false, false), (.refused, false, false),
            (.invalidParameter("to"), true, false), (.service(.noSuchAccount(account: "acme")), false, false),
        ] as [(ClientError.Code, Bool, Bool)])
    func template_saysWhetherItMayHaveBeenSent(code: ClientError.Code, isRefusal: Bool, isUncertain: Bool) {
        #expect(
            TemplateSender.failure(ClientError(code, "no"))
                == DeliveryFailure("no", isRefusal: isRefusal, isUncertain: isUncertain))
    }

    @Test func program_isGivenTheMessage_orALineAnEvent() async throws {
        let (folder, path) = try await Self.script(
            #"cat >"$0.input"; printf '%s|%s|%s' "$WABAWATCH_ROUTE" "$WABAWATCH_SUBJECT" "$WABAWATCH_SEVERITY" >"$0.words""#)
        let sender = ProgramSender([path], route: "on-call")
        #expect(await sender.deliver(Self.message) == .delivered)
        #expect(try String(contentsOfFile: path + ".input", encoding: .utf8) == "WARNING x\n")
        #expect(try String(contentsOfFile: path + ".words", encoding: .utf8) == "on-call|wabawatch: x|warning")
        #expect(await sender.deliver(Self.events(2)) == .delivered)
        #expect(try String(contentsOfFile: path + ".input", encoding: .utf8) == "{\"n\":1}\n{\"n\":2}\n")
        _ = folder
    }
}
