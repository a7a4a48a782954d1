import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

// The socket, the unit, and who may do what on this host.

extension Checkup {
    /// The group of the packaged socket, and the one that may act.
    static let (readers, actors) = ("wabawatch", "wabawatch-control")
    /// From so many restarts on a service is restarted often.
    static let manyRestarts = 3

    private var service: String { UnitFacts.service(at: facts.socket.path) ?? "wabawatchd.service" }

    var socket: Finding {
        let path = facts.socket.path
        switch facts.socket.answer {
        case .answered:
            if let file = facts.socket.file, file.isWritableByOthers {
                return Finding(
                    .socket, .attention, "wabawatchd answers at \(path), where everybody on this host may connect",
                    advice:
                        "let only a group connect: SocketMode=0660 and SocketGroup= of the socket's unit, or socket.mode of the configuration"
                )
            }
            return Finding(.socket, .well, "wabawatchd answers at \(path)")
        case .failed(let error):
            var finding = Finding(.socket, .wrong, error.message)
            let log = "journalctl --unit=\(service) -n 20"
            switch error.code {
            case .notPermitted: (finding.advice, finding.command) = access(facts.socket.file?.group ?? Self.readers)
            case .notRunning where facts.socket.file.map { !$0.isSocket } ?? false:
                finding.advice = "what lies at that path is no socket: name the daemon's with --socket"
            case .notRunning:
                finding.advice = "start the daemon, or name its socket with --socket where it listens elsewhere"
                finding.command = "systemctl start \(service)"
            case .notStarted:
                (finding.advice, finding.command) = ("repair what it says, then start the daemon", "systemctl start \(service)")
            case .silent, .disconnected: (finding.advice, finding.command) = ("see what the daemon says of itself", log)
            case .notOurs: finding.advice = "name the daemon's socket with --socket"
            default: (finding.advice, finding.command) = ("use the same version of wabawatch and wabawatchd", "wabawatchd --version")
            }
            return finding
        }
    }

    /// How this user gets the rights of a group.
    private func access(_ group: String) -> (advice: String, command: String?) {
        let user = facts.user
        if user.listedGroups.contains(group), !user.groups.contains(group) {
            return ("\(user.name) is in the group \(group), but this session began before that: log in again", nil)
        }
        return (
            "add \(user.name) to the group \(group), and log in again",
            "usermod --append --groups \(ShellWord.quoted(group)) \(ShellWord.quoted(user.name))"
        )
    }

    var unit: Finding {
        let unit: UnitFacts
        switch facts.unit {
        case .unknown(let reason): return Finding(.unit, .unknown, reason)
        case .known(let known): unit = known
        }
        guard let load = unit["LoadState"], let active = unit["ActiveState"] else {
            return Finding(.unit, .unknown, "systemd says nothing of \(unit.service)")
        }
        let name = unit.service
        func found(_ verdict: Finding.Verdict, _ sentence: String, _ advice: String? = nil, _ command: String? = nil) -> Finding {
            Finding(.unit, verdict, "\(name) \(sentence)", advice: advice, command: command)
        }
        switch load {
        case "loaded": break
        case "not-found":
            return found(.attention, "is not installed: nothing starts wabawatchd when this host starts", "install the package's units")
        case "masked": return found(.wrong, "is masked and cannot be started", "unmask it", "systemctl unmask \(name)")
        default: return found(.wrong, "cannot be loaded (\(load))", "see what is wrong with it", "systemctl status \(name)")
        }
        switch active {
        case "active", "reloading": break
        case "failed" where unit["ExecMainStatus"] == "78":
            return found(.wrong, "has failed: its configuration is wrong", "see every mistake", "wabawatchd --check")
        case "failed":
            return found(
                .wrong, "has failed (\(unit["Result"] ?? "no result"))", "see why, then start it", "journalctl --unit=\(name) -n 20")
        default:
            return found(.wrong, "is \(active) (\(unit["SubState"] ?? "?"))", "start it", "systemctl start \(name)")
        }
        if let restarts = unit["NRestarts"].flatMap({ Int($0) }), restarts >= Self.manyRestarts {
            return found(
                .attention, "was restarted \(restarts) times after failures", "see why it ended",
                "journalctl --unit=\(name) --priority=warning")
        }
        if unit["NeedDaemonReload"] == "yes" {
            return found(
                .attention, "has changed on disk since systemd read it", "have it read again",
                "systemctl daemon-reload && systemctl restart \(name)")
        }
        let enablement = unit["UnitFileState"] ?? "not enabled"
        guard ["enabled", "static", "generated", "alias", "indirect"].contains(enablement) else {
            return found(
                .attention, "is active, but \(enablement): it is not started with this host", "enable it", "systemctl enable \(name)")
        }
        if let socket = unit.ofSocket("ActiveState"), socket != "active" {
            return found(
                .attention, "is active, but \(unit.socket) is \(socket)",
                "start the socket: then no client is refused while the service restarts",
                "systemctl start \(unit.socket)")
        }
        return found(.well, "is active and \(enablement)")
    }

    var permissions: Finding {
        let user = facts.user
        guard !user.isRoot else { return Finding(.permissions, .well, "root may read and act") }
        // Whoever may not connect is told by the check of the socket.
        guard facts.status != nil else { return Finding(.permissions, .unknown, "wabawatchd does not answer") }
        if user.groups.contains(Self.actors) { return Finding(.permissions, .well, "\(user.name) may read and act") }
        if user.listedGroups.contains(Self.actors) {
            let (advice, command) = access(Self.actors)
            return Finding(.permissions, .attention, "\(user.name) may read but not act yet", advice: advice, command: command)
        }
        return Finding(
            .permissions, .well,
            "\(user.name) may read; to poll, block and mute is for members of the control group (\(Self.actors), unless configured)")
    }

    var secrets: Finding {
        let files: [FileFacts]
        switch facts.files {
        case .unknown(let reason): return Finding(.secrets, .unknown, reason)
        case .known(let known): files = known
        }
        let shown = files.filter { $0.purpose == .secret && $0.isReadableByOthers }
        let loose = files.filter { $0.isWritableByOthers }
        if let first = loose.first {
            return Finding(
                .secrets, .wrong, "everybody on this host may write to \(Self.list(loose))",
                advice: "take that right away", command: "chmod o-w \(ShellWord.quoted(first.path))")
        }
        if let first = shown.first {
            return Finding(
                .secrets, .wrong, "everybody on this host may read \(Self.list(shown))",
                advice: "take that right away, and replace the secret: it may have been read",
                command: "chmod go-rwx \(ShellWord.quoted(first.path))")
        }
        let count = files.count { $0.purpose == .secret }
        return count == 0
            ? Finding(.secrets, .unknown, "no file with a secret can be seen by \(facts.user.name)")
            : Finding(.secrets, .well, "no secret can be read by others")
    }

    private static func list(_ files: [FileFacts]) -> String {
        files.prefix(3).map(\.path).joined(separator: ", ") + (files.count > 3 ? " and \(files.count - 3) more" : "")
    }
}
