import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What `check` prints: one line as monitoring plugins have it, the state, the worst that is wrong, and performance data behind a bar.
/// <https://www.monitoring-plugins.org/doc/guidelines.html>
struct CheckLine {
    /// The states of a plugin, whose values are its exit status.
    enum State: Int32 {
        case ok, warning, critical, unknown

        /// What is well, what deserves attention, and what is critical.
        init(_ health: Health) {
            switch health {
            case .good: self = .ok
            case .warning: self = .warning
            case .critical: self = .critical
            }
        }
    }

    let state: State
    /// One sentence, without a bar or a new line.
    let sentence: String
    /// Each as `label=value;warning;critical;minimum;maximum`.
    let performance: [String]

    /// A check that could not be made, and why.
    init(unknown reason: String) {
        (state, sentence, performance) = (.unknown, Self.plain(reason), [])
    }

    /// - Parameters:
    ///   - budget: of the account that was asked for, if one was.
    ///   - least: the least severity that counts in the report, if one was asked for.
    init(_ report: StatusReport, budget: Budget? = nil, least: Severity? = nil) {
        state = State(report.health)
        let (critical, warning) = (report.count(of: .critical), report.count(of: .warning))
        let size = [
            StatusReport.count(report.status.budgets.count, "account"), StatusReport.count(report.numberCount, "number"),
        ].joined(separator: ", ")
        let others = critical + warning - 1
        sentence = Self.plain(
            report.worst.map { worst in others > 0 ? "\(worst), and \(StatusReport.count(others, "more", plural: "more"))" : worst }
                ?? Self.well(size, stale: report.wholeStaleCount, least))
        var performance = [
            "critical=\(critical);;0;0", "warning=\(warning);0;;0", "muted=\(report.alarms.count { $0.mute != nil });;;0",
            "not_current=\(report.wholeStaleCount);;;0", "accounts=\(report.status.budgets.count);;;0", "numbers=\(report.numberCount);;;0",
        ]
        if let budget { performance.append("calls_last_hour=\(budget.callsLastHour);;;0;\(budget.callsPerHour)") }
        self.performance = performance
    }

    /// Such as `WABAWATCH CRITICAL: acme +1 555 0100: status BANNED | critical=1;;0;0`.
    var line: PrintableText {
        PrintableText(
            "WABAWATCH \("\(state)".uppercased()): \(sentence)\(performance.isEmpty ? "" : " | \(performance.joined(separator: " "))")")
    }

    /// What is said where nothing is wrong, or nothing that counts.
    private static func well(_ size: String, stale: Int, _ least: Severity?) -> String {
        let words =
            least.map { $0 == .critical ? "\(size), nothing critical" : "\(size), nothing of severity \($0.rawValue) or worse" }
            ?? "\(size) well"
        return stale > 0 ? "\(words) when last seen, \(stale) not current" : words
    }

    /// A bar begins the performance data, and a second line is not read.
    private static func plain(_ text: String) -> String {
        String(text.map { $0 == "|" ? "/" : $0.isNewline ? " " : $0 })
    }
}

extension StatusReport {
    /// What is worst, in one sentence: the alarm's, where there is one.
    fileprivate var worst: String? {
        guard health != .good else { return nil }
        if let alarm = AlarmEntry.worstFirst(alarms).first(where: { $0.health == health }) {
            let account = alarm.resource.account
            return account == ResourceID.allAccounts || alarm.summary.hasPrefix(account) ? alarm.summary : "\(account): \(alarm.summary)"
        }
        if let judged = numbers.first(where: { $0.health == health }) {
            let document = judged.thing.document
            let parts = [("status", document["status"]?.string), ("rating", document["quality_rating"]?.string)]
            let wrong = parts.compactMap { name, value in
                value.flatMap { value in
                    (name == "status" ? Health(status: value) : Health(rating: value)) == .good ? nil : "\(name) \(value)"
                }
            }
            let words = wrong + (Health(canSend: Health.canSend(document)) == .good ? [] : ["health \(Health.canSend(document) ?? "")"])
            return "\(judged.thing.account): \(Self.number(judged.thing)) has \(words.joined(separator: ", "))"
        }
        if let judged = accounts.first(where: { $0.health == health }) {
            let document = judged.thing.document
            let state = Health.accountState(document).flatMap { Health(accountState: $0) == .good ? nil : "status \($0)" }
            return "\(judged.thing.account): \(state ?? "health \(Health.canSend(document) ?? "")")"
        }
        let watches = troubled.filter { $0.health == health }
        return (watches.first { $0.thing.toldBy == nil } ?? watches.first).map { judged in
            let watch = judged.thing
            let place = [watch.kind.rawValue, watch.phoneNumberID].compactMap { $0 }.joined(separator: " of ")
            let subject = watch.account == ResourceID.allAccounts ? "all accounts" : "\(watch.account): \(place)"
            return "\(subject): \(watch.state.rawText)\(watch.reason.map { ", \($0)" } ?? "")"
        }
    }
}
