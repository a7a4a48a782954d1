import Printing
package import WabaWatchInterface
import WhatsAppBusiness

/// Gathers what a message for people tells. However much comes, it keeps a bounded part and counts the rest.
package struct Digest: Sendable {
    /// Lines of a message, besides those that count.
    package static let mostLines = 20
    /// Columns of a line, and of a subject.
    static let lineWidth = 300
    static let subjectWidth = 150
    /// Alarms whose steps are put together; further ones are counted.
    static let mostAlarms = 1000

    private struct Entry {
        var step: AlarmStep
        /// Whether its begin stands here as well.
        var hasBegun: Bool
        let order: Int
    }

    private let tellsEnd: Bool
    private var entries: [PresentAlarm.Key: Entry] = [:]
    /// Alarms past those that are put together.
    private var furtherAlarms = 0
    private var changeLines: [String] = []
    private var changes = 0
    private var counts: [String: Int] = [:]
    /// The worst of what is not in the entries, whose severity may still change.
    private var worst = Severity.info
    private var entryCount = 0
    private var notices: [String] = []
    private var lasting: [String] = []
    private var lastingCount = 0

    /// - Parameter tellsEnd: whether ends of alarms are told.
    package init(tellsEnd: Bool) { self.tellsEnd = tellsEnd }

    /// Whether there is nothing to tell.
    package var isEmpty: Bool { entries.isEmpty && furtherAlarms == 0 && changes == 0 && notices.isEmpty && lastingCount == 0 }

    /// Something about the telling itself, such as what was missed.
    package mutating func add(notice: String) {
        guard notices.count < 5, !notices.contains(notice) else { return }
        notices.append(notice)
        worst = max(worst, .warning)
    }

    /// A step of an alarm. What somebody has muted meanwhile is told to nobody, and an end only where it is wanted.
    package mutating func add(_ step: AlarmStep) {
        guard step.turn != .muted else {
            entries[step.alarm.key] = nil
            return
        }
        let isEnd = Self.isEnd(step)
        if var entry = entries[step.alarm.key] {
            // An end that nobody wants is told where the begin stands here too. What was told before has nothing left to tell.
            entry.step = step
            entries[step.alarm.key] = !isEnd || tellsEnd || entry.hasBegun ? entry : nil
        } else {
            guard !isEnd || tellsEnd else { return }
            guard entries.count < Self.mostAlarms else {
                furtherAlarms += 1
                worst = max(worst, isEnd ? .info : step.alarm.effectiveSeverity)
                return
            }
            entries[step.alarm.key] = Entry(step: step, hasBegun: step.turn == .began, order: entryCount)
            entryCount += 1
        }
    }

    private static func isEnd(_ step: AlarmStep) -> Bool { step.turn == .ended || step.turn == .eased }

    /// A change.
    package mutating func add(_ change: Change) {
        changes += 1
        worst = max(worst, change.severity.level)
        let what = "\(change.kind.rawValue) \(change.operation.rawValue)"
        // A later daemon may name more kinds.
        if counts[what] != nil || counts.count < 200 { counts[what, default: 0] += 1 }
        guard changeLines.count < Self.mostLines else { return }
        changeLines.append(
            Self.line(Self.word(change.severity.level), change.summary, change.account, "at \(Self.time(change.observedAt))"))
    }

    /// What lasts, the worst first, as a reminder.
    package mutating func remind(of alarms: [PresentAlarm]) {
        lastingCount = alarms.count
        for alarm in alarms { worst = max(worst, alarm.effectiveSeverity) }
        lasting = alarms.prefix(Self.mostLines).map {
            Self.line("STILL " + Self.word($0.effectiveSeverity), $0.summary, $0.key.account, Self.since($0))
        }
    }

    /// The message; `nil` where there is nothing to tell.
    package var message: NotificationMessage? {
        guard !isEmpty else { return nil }
        var steps = entries.values.sorted {
            let (left, right) = (Self.rank($0.step), Self.rank($1.step))
            return (left, $0.order) < (right, $1.order)
        }.map(\.step)
        let alarmCount = steps.count + furtherAlarms
        let over = steps.count(where: Self.isEnd)
        let severity = steps.reduce(worst) { Self.isEnd($1) ? $0 : max($0, $1.alarm.effectiveSeverity) }
        steps = Array(steps.prefix(Self.mostLines))
        var lines = notices.map { PrintableText($0).fitted(to: Self.lineWidth).plain }
        lines += steps.map(Self.line)
        if alarmCount > steps.count { lines.append("… and \(alarmCount - steps.count) more alarms") }
        lines += changeLines
        if changes > changeLines.count {
            let sorted = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            let named = sorted.prefix(10).map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            lines.append("… and \(changes - changeLines.count) more changes; in all: \(named)\(sorted.count > 10 ? ", …" : "")")
        }
        lines += lasting
        if lastingCount > lasting.count { lines.append("… and \(lastingCount - lasting.count) more alarms last") }
        lines = lines.map { PrintableText($0).plain }
        return NotificationMessage(subject: subject(alarmCount, over, lines, severity), lines: lines, severity: severity)
    }

    private func subject(_ alarms: Int, _ over: Int, _ lines: [String], _ severity: Severity) -> String {
        guard lines.count > 1, let first = lines.first else {
            return PrintableText("wabawatch: \(lines.first ?? "")").fitted(to: Self.subjectWidth).plain
        }
        var parts: [String] = []
        if alarms > over { parts.append(Self.counted(alarms - over, "alarm")) }
        if over > 0 { parts.append("\(Self.counted(over, "alarm")) ended") }
        if changes > 0 { parts.append(Self.counted(changes, "change")) }
        if lastingCount > 0 { parts.append("\(Self.counted(lastingCount, "alarm")) \(lastingCount == 1 ? "lasts" : "last")") }
        let counts = parts.isEmpty ? first : parts.joined(separator: ", ")
        return PrintableText("wabawatch: \(severity == .critical ? "CRITICAL: " : "")\(counts)").fitted(to: Self.subjectWidth).plain
    }

    private static func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    /// What lasts first, by its urgency; then what has ended.
    private static func rank(_ step: AlarmStep) -> Int {
        isEnd(step) ? 100 : step.alarm.effectiveSeverity.journalPriority
    }

    private static func line(_ step: AlarmStep) -> String {
        let alarm = step.alarm
        switch step.turn {
        case .ended:
            let span = alarm.since.map { "lasted from \(time($0)) to \(time(step.time))" } ?? "until \(time(step.time))"
            return line("ENDED", alarm.summary, alarm.key.account, span)
        case .eased: return line("EASED to " + alarm.effectiveSeverity.rawValue, alarm.summary, alarm.key.account, since(alarm))
        case .began, .changed, .muted: return line(word(alarm.effectiveSeverity), alarm.summary, alarm.key.account, since(alarm))
        }
    }

    private static func line(_ word: String, _ summary: String, _ account: String, _ time: String) -> String {
        // Summaries begin with the account, but for what concerns all.
        let isNamed = account == ResourceID.allAccounts || summary.hasPrefix("\(account): ")
        let text = PrintableText("\(word) \(isNamed ? "" : "\(account): ")\(summary)")
        return "\(text.fitted(to: lineWidth - time.count - 3).plain)\(time.isEmpty ? "" : " (\(time))")"
    }

    private static func word(_ severity: Severity) -> String { severity.rawValue.uppercased() }

    private static func since(_ alarm: PresentAlarm) -> String { alarm.since.map { "since \(time($0))" } ?? "" }

    /// `2026-11-21 04:00:00Z`.
    private static func time(_ time: Timestamp) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))Z"
    }
}
