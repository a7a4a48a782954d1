import FakeDaemon
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import Notifying

/// What is told after a restart, and where a route has another target than before.
@Suite struct RestartTests {
    @Test func changeThatIsToldAgain_waitsForTheWholeDocument_andTheCursorWithIt() throws {
        var stage = Stage(Stage.route())
        _ = stage.turn("quality", .warning, .critical, number: "1")
        _ = stage.begin("health", .warning)
        #expect(stage.pass(.seconds(30)).message?.lines.count == 1)
        #expect(stage.delivered().stored.isEmpty, "something before it is not told yet")
        _ = stage.end("quality", .critical, number: "1")
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("ENDED acme: quality of 1 (lasted from") == true)
        #expect(stage.delivered().stored == ["log.3"])
        // Where none comes, it is told by what it says itself, as soon as the daemon has caught up.
        _ = stage.turn("quality", .warning, .critical, number: "2")
        #expect(stage.give(.heartbeat(Cursor("log.9"))).stored.isEmpty)
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("CRITICAL acme: quality/2") == true)
        #expect(stage.delivered().stored == ["log.9"])
        _ = stage.turn("quality", .warning, .critical, number: "3")
        #expect(stage.pass(.seconds(30)).message != nil, "it waits for nothing any more")
    }

    // MARK: Targets

    private static func restarted(_ route: NotifyRoute, after old: NotifyRoute) -> Stage {
        var stage = Stage(route, target: old.target)
        stage.state.know(Stage.resource("quality", .warning))
        stage.state.know(Stage.resource("number_banned", .critical))
        stage.state.knowsPresentAlarms(RouteState.Moment(running: stage.running, wall: stage.wall))
        return stage
    }

    @Test func routeThatIsWidened_tellsWhatLasts_andWhatEndedMeanwhile() throws {
        var stage = Self.restarted(Stage.route(), after: Stage.route(minimum: .critical))
        #expect(stage.state.start == .after(Cursor("log.0")), "what changed behind the cursor is told all the same")
        #expect(stage.give(.ready(Cursor("log.0"))).isEmpty, "they are not told yet")
        _ = stage.end("health", .critical)
        let lines = try #require(stage.pass(.seconds(30)).message).lines
        #expect(lines.map { $0.prefix(7) } == ["CRITICA", "WARNING", "ENDED a"])
        #expect(stage.delivered() == [.store(Cursor("log.1")), .storeTarget(Stage.route().target)])
        #expect(stage.give(.heartbeat(Cursor("log.1"))).isEmpty, "once")
    }

    @Test func eventsOfWhatLasts_areAllDelivered_beforeTheTargetIsKept() throws {
        let hook = NotifyDestination.http(NotifyDestination.WebHook(address: .url("https://new.example")))
        let old = Stage.route(.http(NotifyDestination.WebHook(address: .url("https://old.example"))), group: .zero)
        var stage = Self.restarted(Stage.route(hook, group: .zero), after: old)
        let events = try #require(stage.pass(.zero).events)
        #expect(Set(events.map(\.id)) == Set(["number_banned", "quality"].map { "alarm/acme//\($0)@\(Sample.moment)" }))
        #expect(stage.failed(done: 1).allSatisfy { if case .storeTarget = $0 { false } else { true } })
        _ = stage.pass(.seconds(5))
        #expect(stage.delivered() == [.note(.recovered(attempts: 1)), .storeTarget(Stage.route(hook).target)])
    }

    @Test func routeWithTheSameTarget_tellsNothingAgain() {
        var other = Stage.route(group: .seconds(60), repeats: .seconds(3600), tellsEnd: false)
        other.timeout = .seconds(7)
        var stage = Self.restarted(other, after: Stage.route())
        #expect(stage.pass(.seconds(600)).message == nil)
        // A release that kept no target knows nothing of it: it is kept from then on.
        var first = Stage(Stage.route())
        first.state.know(Stage.resource("quality", .warning))
        first.state.knowsPresentAlarms(RouteState.Moment(running: first.running, wall: first.wall))
        #expect(first.give(.ready(Cursor("log.0"))) == [.storeTarget(Stage.route().target)])
        #expect(first.pass(.seconds(3600)).isEmpty)
    }

    @Test func target_isOfWhoIsTold_andOfWhat() {
        let mail = { (to: [String]) in NotifyDestination.mail(NotifyDestination.MailAddresses(to: to), sendmail: "/usr/sbin/sendmail") }
        var routes = [
            Stage.route(), Stage.route(minimum: .critical), Stage.route(.exec(["/bin/true", "x"], .text)),
            Stage.route(.exec(["/bin/true"], .json)),
            Stage.route(mail(["a@example.org"])), Stage.route(mail(["a@example.org", "b@example.org"])),
        ]
        var accounts = Stage.route()
        accounts.match.accounts = ["acme", "other"]
        routes.append(accounts)
        #expect(Set(routes.map(\.target)).count == routes.count && routes.allSatisfy { $0.target.utf8.count == 16 })
        #expect(Stage.route(mail(["b@example.org", "a@example.org"])).target == routes[5].target)
        // The same in every release and at every start.
        #expect(accounts.target == "d8f425499db9f0f9")
    }
}
