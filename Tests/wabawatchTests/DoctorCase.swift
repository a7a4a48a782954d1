import FakeDaemon
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// One thing that is not as it should be, and which check tells of it how. All other checks find everything well.
struct DoctorCase: CustomTestStringConvertible {
    var testDescription: String
    var check: Finding.Check
    var verdict: Finding.Verdict
    var spoil: @Sendable (inout DoctorFacts) -> Void

    init(
        _ description: String, _ check: Finding.Check, _ verdict: Finding.Verdict, _ spoil: @escaping @Sendable (inout DoctorFacts) -> Void
    ) {
        testDescription = description
        self.check = check
        self.verdict = verdict
        self.spoil = spoil
    }

    var facts: DoctorFacts {
        var facts = DoctorSample.facts()
        spoil(&facts)
        return facts
    }

    private static func muted(_ id: String, _ severity: Severity, _ summary: String) -> Resource {
        Sample.alarm(id, severity, summary, muted: ["until": .string(DoctorSample.days(1).description), "by": "alice (1000)"])
    }

    static let all = host + journal + daemon + tokens + callbacks + watching

    private static let host = [
        DoctorCase("everybody may connect", .socket, .attention) { $0.socket.file?.mode = 0o666 },
        DoctorCase("another version", .version, .attention) { $0.say { $0.version = "0.0.9" } },
        DoctorCase("no unit", .unit, .attention) { $0.unit(["LoadState": "not-found", "ActiveState": "inactive"]) },
        DoctorCase("a masked unit", .unit, .wrong) { $0.unit(["LoadState": "masked", "ActiveState": "inactive"]) },
        DoctorCase("a unit that cannot be read", .unit, .wrong) { $0.unit(["LoadState": "bad-setting"]) },
        DoctorCase("a wrong configuration", .unit, .wrong) { $0.unit(["ActiveState": "failed", "ExecMainStatus": "78"]) },
        DoctorCase("a failed service", .unit, .wrong) { $0.unit(["ActiveState": "failed", "Result": "watchdog"]) },
        DoctorCase("a stopped service", .unit, .wrong) { $0.unit(["ActiveState": "inactive", "SubState": "dead"]) },
        DoctorCase("many restarts", .unit, .attention) { $0.unit(["NRestarts": "3"]) },
        DoctorCase("few restarts", .unit, .well) { $0.unit(["NRestarts": "2"]) },
        DoctorCase("a changed unit", .unit, .attention) { $0.unit(["NeedDaemonReload": "yes"]) },
        DoctorCase("a disabled service", .unit, .attention) { $0.unit(["UnitFileState": "disabled"]) },
        DoctorCase("a service enabled until the next boot", .unit, .attention) { $0.unit(["UnitFileState": "enabled-runtime"]) },
        DoctorCase("a stopped socket", .unit, .attention) { facts in
            guard case .known(var unit) = facts.unit else { return }
            unit.properties["wabawatchd.socket"]?["ActiveState"] = "inactive"
            facts.unit = .known(unit)
        },
        DoctorCase("a unit that nothing is said of", .unit, .unknown) {
            $0.unit(["LoadState": "", "ActiveState": ""])
        },
        DoctorCase("root", .permissions, .well) {
            $0.user = UserFacts(name: "root", isRoot: true, groups: ["root"], listedGroups: ["root"])
        },
        DoctorCase("a reader", .permissions, .well) { facts in
            facts.user.groups.remove("wabawatch-control")
            facts.user.listedGroups.remove("wabawatch-control")
        },
        DoctorCase("a session from before", .permissions, .attention) { $0.user.groups.remove("wabawatch-control") },
        DoctorCase("a token for everybody", .secrets, .wrong) {
            $0.files = .known([DoctorSample.file("/etc/wabawatch/acme.token", .secret, 0o644)])
        },
        DoctorCase("a configuration for everybody to write", .secrets, .wrong) { facts in
            facts.files = facts.files.map { $0 + [DoctorSample.file("/etc/wabawatch/accounts.d", .configuration, 0o777)] }
        },
        DoctorCase("no secret to be seen", .secrets, .unknown) {
            $0.files = .known([DoctorSample.file("/etc/wabawatch", .configuration, 0o755)])
        },
        DoctorCase("no configuration", .secrets, .unknown) { $0.files = .unknown("/etc/wabawatch is not there") },
    ]

    private static let journal = [
        DoctorCase("a journal that is behind", .journal, .wrong) { $0.unannounced = .known(DoctorSample.seconds(-61)) },
        DoctorCase("a journal that is about to have it", .journal, .well) { $0.unannounced = .known(DoctorSample.seconds(-60)) },
        DoctorCase("a journal of another ledger", .journal, .unknown) { $0.unannounced = .unknown("the cursor cannot be resumed") },
        DoctorCase("a user who may not read the journal", .journal, .attention) { facts in
            facts.journal = .known(JournalFacts())
            facts.user.groups.remove("adm")
            facts.user.listedGroups.remove("adm")
        },
        DoctorCase("a user who may soon", .journal, .attention) { facts in
            facts.journal = .known(JournalFacts())
            facts.user.groups.remove("adm")
        },
        DoctorCase("a journal without entries", .journal, .attention) { $0.journal = .known(JournalFacts()) },
        DoctorCase("a journal without entries yet", .journal, .well) { facts in
            facts.journal = .known(JournalFacts())
            facts.newestChange = .known(nil)
        },
        DoctorCase("a journal that may have been rotated", .journal, .unknown) { facts in
            facts.journal = .known(JournalFacts())
            facts.newestChange = .known(DoctorSample.days(-2))
        },
        DoctorCase("dropped entries", .drops, .attention) {
            let drop = JournalFacts.Drop(at: DoctorSample.days(-1), message: "Suppressed 12 messages from wabawatchd.service")
            $0.journal = .known(JournalFacts(cursor: Cursor("fake.7"), drop: drop))
        },
        DoctorCase("a limit of entries", .drops, .attention) {
            $0.unit(["LogRateLimitIntervalUSec": "30s", "LogRateLimitBurst": "10000"])
        },
        DoctorCase("a limit that nothing comes near to", .drops, .well) { $0.unit(["LogRateLimitIntervalUSec": "30s"]) },
        DoctorCase("a limit that is not told", .drops, .unknown) { $0.unit(["LogRateLimitBurst": ""]) },
    ]

    private static let daemon = [
        DoctorCase("no way to Meta", .connection, .wrong) {
            $0.say { $0.connection = Connection(state: "unreachable", reason: "no route to host", since: DoctorSample.seconds(-7300)) }
        },
        DoctorCase("no way to Meta, which is muted", .connection, .well) { facts in
            facts.say { $0.connection = Connection(state: "unreachable", reason: "no route to host", since: DoctorSample.seconds(-7300)) }
            var alarm = muted("blind/connection", .critical, "Meta cannot be reached")
            alarm.account = "*"
            facts.alarms = .known([alarm])
        },
        DoctorCase("a connection that only a later version knows", .connection, .unknown) {
            $0.say { $0.connection = Connection(state: "slow", since: DoctorSample.now) }
        },
        DoctorCase("a version that says nothing of the connection", .connection, .unknown) { $0.say { $0.connection = nil } },
        DoctorCase("a ledger that was set aside", .ledger, .wrong) {
            $0.alarms = .known([Sample.alarm("ledger", .critical, "the ledger was damaged and was set aside", account: "*")])
        },
        DoctorCase("no history", .ledger, .unknown) { $0.newestChange = .unknown("the daemon does not have History yet") },
        DoctorCase("a ledger without changes", .ledger, .well) { $0.newestChange = .known(nil) },
        DoctorCase("an alarm of all accounts that only a later version knows", .alarms, .wrong) {
            $0.alarms = .known([Sample.alarm("moon", .critical, "the moon is gone", account: "*")])
        },
    ]

    private static let tokens = [
        DoctorCase("a refused token", .token, .wrong) { facts in
            facts.say { status in
                status.watches =
                    [Kind.account, .phoneNumber].map {
                        DoctorSample.watch($0, .unauthorized, reason: "session expired on Friday (190/463)")
                    } + [DoctorSample.watch(.subscribedApp)]
            }
            facts.alarms = .known([Sample.alarm("token_refused", .critical, "acme: Meta refuses the access token")])
        },
        DoctorCase("a token that ends soon", .expiry, .attention) {
            $0.say { $0.tokens = [DoctorSample.token(expires: DoctorSample.days(13))] }
        },
        DoctorCase("a token that ends in two weeks", .expiry, .well) {
            $0.say { $0.tokens = [DoctorSample.token(expires: DoctorSample.days(14))] }
        },
        DoctorCase("a token that ends at once", .expiry, .wrong) {
            $0.say { $0.tokens = [DoctorSample.token(expires: DoctorSample.days(2))] }
        },
        DoctorCase("a token that has ended", .expiry, .wrong) {
            $0.say { $0.tokens = [DoctorSample.token(expires: DoctorSample.days(-2))] }
        },
        DoctorCase("a token without an end", .expiry, .well) { $0.say { $0.tokens = [DoctorSample.token(expires: nil)] } },
        DoctorCase("data that ends soon", .expiry, .attention) { $0.say { $0.tokens?[0].dataAccessExpiresAt = DoctorSample.days(10) } },
        DoctorCase("an end that is known", .expiry, .well) { facts in
            facts.say { $0.tokens = [DoctorSample.token(expires: DoctorSample.days(2))] }
            facts.alarms = .known([muted("token_expiring", .critical, "acme: the access token ends")])
        },
        DoctorCase("a missing permission", .scopes, .attention) {
            $0.say { $0.tokens?[0].missingScopes = ["whatsapp_business_management", "business_management"] }
        },
        DoctorCase("permissions that Meta does not tell", .scopes, .unknown) { $0.say { $0.tokens?[0].scopes = nil } },
    ]

    private static let callbacks = [
        DoctorCase("no app", .callback, .wrong) { $0.resources = .known(DoctorSample.resources().filter { $0.kind != .subscribedApp }) },
        DoctorCase("no app, as it should be", .callback, .well) { facts in
            facts.resources = .known(DoctorSample.resources().filter { $0.kind != .subscribedApp })
            facts.mutes = [
                MuteEntry(id: "1", filter: Filter(accounts: ["acme"]), names: ["unexpected"], until: DoctorSample.days(1), by: "0")
            ]
        },
        DoctorCase("another callback than expected", .callback, .attention) {
            $0.alarms = .known([
                Sample.alarm(
                    "unexpected/callback", .warning, "acme: messages go to https://evil.example.com instead of https://hooks.example.com")
            ])
        },
        DoctorCase("another callback than expected, which is muted", .callback, .well) {
            $0.alarms = .known([muted("unexpected/callback", .warning, "acme: messages go to https://hooks.example.com")])
        },
        DoctorCase("a number without an address", .callback, .attention) {
            $0.resources = .known(DoctorSample.resources() + [DoctorSample.number("78-3881", callback: nil)])
        },
        DoctorCase("addresses that Meta does not show", .callback, .unknown) {
            $0.resources = .known([DoctorSample.app(), DoctorSample.number("78-3881", callback: nil)])
        },
        DoctorCase("an account without numbers", .callback, .unknown) { $0.resources = .known([DoctorSample.app()]) },
        DoctorCase("apps that are not watched", .callback, .unknown) { $0.say { $0.watches.removeLast() } },
        DoctorCase("numbers with addresses of their own", .callback, .well) {
            let own: JSONObject = ["application": "https://hooks.example.com/wa", "phone_number": "https://own.example.com/#x"]
            $0.resources = .known(
                DoctorSample.resources() + [DoctorSample.app("Acme Bulk"), DoctorSample.number("78-3881", callback: own)])
        },
        DoctorCase("another PIN than expected", .alarms, .attention) {
            $0.alarms = .known([
                Sample.alarm("unexpected/two_step_pin/7", .warning, "acme: phone number 7 has no two-step PIN", number: "7")
            ])
        },
    ]

    private static let watching = [
        DoctorCase("an account that may not be seen", .watches, .wrong) {
            $0.say { $0.watches[0] = DoctorSample.watch(.account, .forbidden, reason: "missing permission (10)") }
        },
        DoctorCase("settings that may not be seen", .watches, .attention) {
            $0.say {
                $0.watches += [DoctorSample.watch(.phoneNumberSettings, .notFound, number: "7"), DoctorSample.watch(.qrCode, .throttled)]
            }
        },
        DoctorCase("a field that is missing", .watches, .attention) {
            $0.say { $0.watches[1] = DoctorSample.watch(.phoneNumber, .drifted, reason: "Meta does not know the field country_dial_code") }
        },
        DoctorCase("a watch that is not current, which is muted", .watches, .unknown) { facts in
            facts.say { $0.watches += [DoctorSample.watch(.qrCode, .forbidden)] }
            facts.alarms = .known([muted("blind/qr_code", .warning, "acme: qr_code cannot be seen")])
        },
        DoctorCase("a watch that waits for its first answer", .watches, .unknown) {
            $0.say { $0.watches += [DoctorSample.watch(.qrCode, .starting)] }
        },
        DoctorCase("a budget that is used up", .budget, .attention) { $0.say { $0.budgets[0].callsLastHour = 100 } },
        DoctorCase("Meta's own limit near", .budget, .attention) { $0.say { $0.budgets[0].usagePercent = 80 } },
        DoctorCase("Meta's own limit far", .budget, .well) { $0.say { $0.budgets[0].usagePercent = 79 } },
        DoctorCase("an account that is left alone", .budget, .attention) {
            $0.say { $0.budgets[0].blockedUntil = DoctorSample.seconds(900) }
        },
        DoctorCase("an account that is asked again", .budget, .well) { $0.say { $0.budgets[0].blockedUntil = DoctorSample.seconds(-900) } },
        DoctorCase("a budget that is known to be small", .budget, .well) { facts in
            facts.say { $0.budgets[0].callsLastHour = 100 }
            facts.alarms = .known([muted("budget", .warning, "acme: the calls do not suffice")])
        },
        DoctorCase("no budget", .budget, .unknown) { $0.say { $0.budgets = [] } },
        DoctorCase("a version that ends", .apiVersion, .attention) {
            $0.alarms = .known([Sample.alarm("version_ending", .warning, "acme: v25.0 of the Graph API ends on 2028-07-29")])
        },
        DoctorCase("a version that ends, which is muted", .apiVersion, .well) {
            $0.alarms = .known([muted("version_ending", .warning, "acme: v25.0 of the Graph API ends on 2028-07-29")])
        },
        DoctorCase("a number that is down", .alarms, .wrong) {
            $0.alarms = .known([
                Sample.alarm("quality/7", .warning, "acme: rating of 7 is YELLOW", number: "7"),
                Sample.alarm("number_down/8", .critical, "acme: 8 is DISCONNECTED", number: "8"),
            ])
        },
        DoctorCase("a number that is known to be down", .alarms, .well) {
            $0.alarms = .known([muted("number_down/8", .critical, "acme: 8 is DISCONNECTED")])
        },
        DoctorCase("an alarm that is only told", .alarms, .well) {
            $0.alarms = .known([Sample.alarm("moon", .notice, "acme: the moon is full")])
        },
    ]
}
