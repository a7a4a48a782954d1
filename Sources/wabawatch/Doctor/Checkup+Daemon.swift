import WabaWatchInterface
import WhatsAppBusiness

// The daemon as a whole.

extension Checkup {
    var version: Finding {
        guard let status = facts.status else { return Finding(.version, .unknown, "wabawatchd does not answer") }
        guard status.version == facts.release else {
            return Finding(
                .version, .attention, "wabawatchd is \(status.version), and wabawatch \(facts.release)",
                advice: "install the same version of both; after an upgrade the daemon is restarted",
                command: "systemctl restart \(UnitFacts.service(at: facts.socket.path) ?? "wabawatchd.service")")
        }
        return Finding(.version, .well, "wabawatch and wabawatchd are \(status.version)")
    }

    func connection(_ status: Status) -> Finding {
        guard let connection = status.connection else {
            return Finding(.connection, .unknown, "this version of wabawatchd does not say whether Meta can be reached")
        }
        switch connection.state {
        case "reachable": return Finding(.connection, .well, "Meta can be reached")
        case "unreachable":
            let time = Spans.text(facts.now.milliseconds - connection.since.milliseconds)
            return unlessMuted(
                Finding(
                    .connection, .wrong, "Meta cannot be reached for \(time)\(connection.reason.map { ": \($0)" } ?? "")",
                    advice: "see whether this host reaches graph.facebook.com, and what graph.base_url of the configuration says",
                    command: "wabawatchd --check --online"),
                ["blind"])
        default: return Finding(.connection, .unknown, "the connection to Meta is \(connection.state), which only a later version knows")
        }
    }

    var ledger: Finding {
        if let alarm = common.first(where: { $0.name == "ledger" }), alarm.mute == nil {
            return Finding(
                .ledger, .wrong, alarm.summary, advice: "see what the journal says of it, and whether the disk is full",
                command: "df --human-readable /var/lib/wabawatch")
        }
        switch facts.newestChange {
        case .unknown(let reason): return Finding(.ledger, .unknown, "the history cannot be read: \(reason)")
        case .known(let change):
            let newest = change.map { "the newest change was recorded \(Spans.relative($0.milliseconds, to: facts.now.milliseconds))" }
            guard case .unknown(let reason) = facts.alarms else {
                return Finding(.ledger, .well, newest ?? "it can be read, and has no change yet")
            }
            return Finding(.ledger, .unknown, "it can be read, but not what is wrong with it: \(reason)")
        }
    }

    /// Alarms of all accounts that no other check tells of: those of a later release.
    var otherCommonAlarms: [Finding] {
        common.filter { $0.mute == nil && !["blind", "ledger"].contains($0.name) && $0.health != .good }.map { alarm in
            Finding(
                .alarms, alarm.severity == .critical ? .wrong : .attention, alarm.summary, advice: "see what is wrong now",
                command: "wabawatch alarms")
        }
    }
}
