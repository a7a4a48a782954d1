import InterfaceRecords
import Ledger
import StrictJSON
import Subscriptions
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

extension InterfaceService {
    /// Tells how everything stands: in parts to a caller who takes several replies, otherwise in one, where a message holds that.
    ///
    /// A part is encoded when the one before it has gone out.
    func status(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        guard call.wantsMore else {
            return try await replies.inTurn(.gathering) { _ in
                let standing = try await self.standing()
                let report = await StatusReport(of: watcher)
                // What its peer has not read yet leaves the less for this.
                let bytes = min(largestStatus, replies.bytesLeft)
                guard let whole = try await report.whole(trouble: ledger.trouble, within: bytes) else { throw VarlinkError.expectedMore }
                return GetStatusReply(status: standing.with(whole)).json
            }
        }
        let standing = try await replies.inTurn(.gathering) { _ in
            let standing = try await self.standing()
            await reports.enter()
            return standing
        }
        defer { reports.leave() }
        var place = StatusReport.Place.beginning
        while true {
            let (reply, next) = try await replies.inTurn(.gathering) { bytes in
                let part = reports.part(after: place, trouble: ledger.trouble, atMost: StatusReport.Room(bytes: bytes))
                return (GetStatusReply(status: standing.with(part)).json, part.next)
            }
            guard let next else { return reply }
            try await replies.send(reply)
            place = next
        }
    }

    /// The daemon as a whole, without its watches and budgets.
    func standing() async throws -> Status {
        Status(
            version: version, startedAt: startedAt, cursor: Cursor(ledger.cursor), oldestCursor: Cursor(try await ledger.oldestCursor()),
            subscribers: delivery.readers, watches: [], budgets: [])
    }
}

extension Status {
    /// The same with a part of the watches and budgets.
    func with(_ part: StatusReport.Part) -> Status {
        var status = self
        status.watches = part.watches
        status.budgets = part.budgets
        status.tokens = part.tokens.isEmpty ? nil : part.tokens
        status.connection = part.watches.first { $0.account == ResourceID.allAccounts }.map { Connection($0) }
        return status
    }
}

extension Connection {
    /// By the watch over it. What was not tried yet is not known to be out of reach.
    fileprivate init(_ watch: WatchStatus) {
        let isUnreachable = watch.state.known == .unreachable
        self.init(
            state: isUnreachable ? "unreachable" : "reachable", reason: isUnreachable ? watch.reason : nil, since: watch.since)
    }
}
