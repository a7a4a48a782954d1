import Ledger
import StrictJSON
import Varlink
import WabaWatchInterface

extension InterfaceService {
    /// Tells how everything stands: in parts to a caller who takes several replies, otherwise in one, where a message holds that.
    ///
    /// A part is encoded when the one before it has gone out.
    func status(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        guard call.wantsMore else {
            let report = await StatusReport(of: watcher)
            guard let whole = try await report.whole(trouble: ledger.trouble, within: largestStatus) else {
                throw VarlinkError.expectedMore
            }
            return GetStatusReply(status: try await standing().with(whole)).json
        }
        await reports.enter()
        defer { reports.leave() }
        let standing = try await standing()
        var part = reports.part(after: .beginning, trouble: ledger.trouble)
        while let next = part.next {
            try await replies.send(GetStatusReply(status: standing.with(part)).json)
            part = reports.part(after: next, trouble: ledger.trouble)
        }
        return GetStatusReply(status: standing.with(part)).json
    }

    /// The daemon as a whole, without its watches and budgets.
    private func standing() async throws -> Status {
        Status(
            version: version, startedAt: startedAt, cursor: Cursor(ledger.cursor), oldestCursor: Cursor(try await ledger.oldestCursor()),
            subscribers: delivery.readers, watches: [], budgets: [])
    }
}

extension Status {
    fileprivate func with(_ part: StatusReport.Part) -> Status {
        var status = self
        status.watches = part.watches
        status.budgets = part.budgets
        return status
    }
}
