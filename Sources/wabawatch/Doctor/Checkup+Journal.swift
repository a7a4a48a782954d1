import WabaWatchInterface
import WhatsAppBusiness

// Whether what the daemon announces reaches the journal, and whoever reads it there.

extension Checkup {
    /// The announcer may take as long, in milliseconds, before it counts as late.
    private static let patience: Int64 = 60_000
    /// A journal that was rotated since a change cannot be held against the announcer.
    private static let day: Int64 = 86_400_000
    /// Whose members may read the whole journal (systemd-journald.service(8), ACCESS CONTROL).
    private static let readersOfJournal = ["systemd-journal", "adm", "wheel"]
    /// Entries in an interval that no burst of changes comes near to.
    private static let largeBurst = 1_000_000

    var journal: Finding {
        let journal: JournalFacts
        switch facts.journal {
        case .unknown(let reason): return Finding(.journal, .unknown, reason)
        case .known(let known): journal = known
        }
        guard journal.cursor != nil else { return withoutEntries }
        switch facts.unannounced {
        case .unknown(let reason):
            return Finding(.journal, .unknown, "its entries can be read, but not whether they are all there: \(reason)")
        case .known(let moment?) where facts.now.milliseconds - moment.milliseconds > Self.patience:
            let since = Spans.relative(moment.milliseconds, to: facts.now.milliseconds)
            return Finding(
                .journal, .wrong, "the journal lacks changes; the first of them was recorded \(since)",
                advice: "see whether journald takes entries; nothing is lost, wabawatchd goes on where it was",
                command: "systemctl status systemd-journald")
        case .known: return Finding(.journal, .well, "its entries can be read, and the newest is up to date")
        }
    }

    private var withoutEntries: Finding {
        let user = facts.user
        guard user.isRoot || Self.readersOfJournal.contains(where: user.groups.contains) else {
            let isListed = Self.readersOfJournal.contains(where: user.listedGroups.contains)
            return Finding(
                .journal, .attention, "\(user.name) can read no entry of wabawatchd",
                advice: isListed
                    ? "this session began before \(user.name) was allowed to: log in again"
                    : "add \(user.name) to the group systemd-journal, and log in again",
                command: isListed ? nil : "usermod --append --groups systemd-journal \(ShellWord.quoted(user.name))")
        }
        switch facts.newestChange {
        case .unknown(let reason):
            return Finding(.journal, .unknown, "it has no entry of a change, and whether there was any change is not known: \(reason)")
        case .known(nil): return Finding(.journal, .well, "it has no entry yet, for nothing has changed")
        case .known(let change?):
            let age = facts.now.milliseconds - change.milliseconds
            guard age > Self.patience else { return Finding(.journal, .well, "it has no entry yet, for what changed is new") }
            guard age < Self.day else {
                return Finding(.journal, .unknown, "it has no entry of a change; the newest was recorded \(Spans.text(age)) ago")
            }
            return Finding(
                .journal, .attention, "the journal has no entry of a change, though one was recorded \(Spans.text(age)) ago",
                advice: "see what journal.enabled of the configuration says, and whether journald runs",
                command: "systemctl status systemd-journald")
        }
    }

    /// What the journal drops is lost to it: so the unit allows any number of entries.
    var drops: Finding {
        let now = facts.now.milliseconds
        if let drop = facts.journal.value?.drop {
            let when = drop.at.map { " \(Spans.relative($0.milliseconds, to: now))" } ?? ""
            return Finding(
                .drops, .attention, "the journal dropped entries\(when): \(drop.message)",
                advice: "the socket and the ledger have them all", command: "wabawatch history --since -7d")
        }
        let unit: UnitFacts
        switch facts.unit {
        case .unknown(let reason): return Finding(.drops, .unknown, reason)
        case .known(let known): unit = known
        }
        guard let interval = unit["LogRateLimitIntervalUSec"], let burst = unit["LogRateLimitBurst"].flatMap({ Int($0) }) else {
            return Finding(.drops, .unknown, "systemd does not say how many entries \(unit.service) may write")
        }
        // systemd 252 does not hand an interval of 0 on to journald: there a large burst keeps entries from being dropped.
        guard interval == "0" || burst >= Self.largeBurst else {
            return Finding(
                .drops, .attention,
                "of more than \(burst == 0 ? "journald's default number of" : "\(burst)") entries in \(interval) the journal drops the rest",
                advice: "set LogRateLimitIntervalSec=0 and LogRateLimitBurst=100000000 in a drop-in of the service",
                command: "systemctl edit \(unit.service)")
        }
        guard case .unknown(let reason) = facts.journal else {
            return Finding(.drops, .well, "the journal drops no entries of \(unit.service)")
        }
        return Finding(
            .drops, .unknown, "the unit's limits are as they should be, but whether entries were dropped is not known: \(reason)")
    }
}
