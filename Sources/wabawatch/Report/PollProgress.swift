import Printing
import WabaWatchInterface
import WhatsAppBusiness

/// How far a poll that somebody waits for has come: the requests since it began, and what its watches say of themselves meanwhile.
struct PollProgress {
    let parameters: PollParameters
    private let callsBefore: Int

    /// - Parameter before: the daemon's status when the poll began.
    init(_ parameters: PollParameters, before: Status) {
        self.parameters = parameters
        callsBefore = Self.calls(parameters.account, before)
    }

    /// A line for a person; the daemon gives a watch whose poll takes more than a page the reason "page 12, 12,000 users so far".
    func line(_ status: Status) -> PrintableText {
        let calls = Self.calls(parameters.account, status) - callsBefore
        var line = "polling \(parameters.account)"
        if calls > 0 { line += ": \(StatusReport.count(calls, "request"))" }
        let looks = status.watches.filter { isAsked($0) && [.starting, .current].contains($0.state.known) }
        for watch in looks {
            guard let reason = watch.reason else { continue }
            line += "; " + [watch.kind.rawValue, watch.phoneNumberID].compactMap { $0 }.joined(separator: " ") + ": " + reason
        }
        return PrintableText(line)
    }

    private func isAsked(_ watch: WatchStatus) -> Bool {
        watch.account == parameters.account && watch.kind == parameters.kind.map(OpenEnum.init) ?? watch.kind
            && watch.phoneNumberID == parameters.phoneNumberID ?? watch.phoneNumberID
    }

    private static func calls(_ account: String, _ status: Status) -> Int {
        status.budgets.first { $0.account == account }?.callsLastHour ?? 0
    }
}
