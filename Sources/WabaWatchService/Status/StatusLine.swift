import Changes
import Ledger
import Synchronization
import Systemd
import Watching
import WhatsAppBusiness

/// systemd's STATUS line: what is wrong if anything is, accounts, numbers, watches that are not current, the last change.
final class StatusLine: Sendable {
    let notifier: Notifier
    private let watcher: Watcher
    private let ledger: Ledger
    private let reloader: Reloader
    private let told = Mutex("")

    init(notifier: Notifier, watcher: Watcher, ledger: Ledger, reloader: Reloader) {
        self.notifier = notifier
        self.watcher = watcher
        self.ledger = ledger
        self.reloader = reloader
    }

    /// Tells the manager, if there is anything new to tell.
    func tell() async {
        let text = await text()
        let isNews = told.withLock { told in
            defer { told = text }
            return told != text
        }
        if isNews { notifier.status(text) }
    }

    /// Ends a reload, with how things stand after it.
    func tellReady() async {
        let text = await text()
        told.withLock { $0 = text }
        notifier.ready(status: text)
    }

    func text() async -> String {
        let summary = await watcher.summary()
        var parts: [String] = []
        if let trouble = ledger.trouble { parts.append("not recording: \(trouble.cause)") }
        if let refusal = reloader.refusal { parts.append("new configuration refused: \(refusal)") }
        let counts = [
            Self.counted(summary.accounts, "account"), Self.counted(summary.numbers, "number"),
            summary.notCurrent == 0 ? "all watches current" : "\(summary.notCurrent) of \(summary.watches) watches not current",
            Self.stretched(summary), await lastChange(),
        ]
        .compactMap(\.self)
        parts.append(counts.joined(separator: ", "))
        return parts.joined(separator: "; ")
    }

    private func lastChange() async -> String {
        let sequence = ledger.cursor.sequence
        guard sequence > 0 else { return "no change yet" }
        let time = (try? await ledger.changes(after: sequence - 1, limit: 1))?.first?.observedAt
        return "change \(sequence)\(time.map { " at \($0)" } ?? "")"
    }

    /// The accounts whose budget does not allow what is configured.
    private static func stretched(_ summary: WatchSummary) -> String? {
        guard let worst = summary.mostStretched else { return nil }
        let times = "\(Double(Int((worst.times * 10).rounded())) / 10)"
        let more = summary.stretched > 1 ? " (and \(summary.stretched - 1) more)" : ""
        return "\(worst.account) above its budget, polling intervals ×\(times)\(more)"
    }

    private static func counted(_ count: Int, _ thing: String) -> String { "\(count) \(thing)\(count == 1 ? "" : "s")" }
}
