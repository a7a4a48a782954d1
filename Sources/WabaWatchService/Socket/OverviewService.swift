import Alarms
import Changes
import InterfaceRecords
import Ledger
import StrictJSON
import Varlink
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// Answers `io.wabawatch.Overview`: what is not well, and how much is. Everything is looked through for it, and little is told.
struct OverviewService: VarlinkInterface {
    let description: InterfaceDescription
    let implementedMethods: Set<String> = ["Get"]
    private let ledger: Ledger
    private let reports: SharedReport
    private let standing: @Sendable () async throws -> Status

    /// So many counts are told in one reply.
    static let countsAtOnce = 1_000

    /// - Parameter standing: the daemon as a whole, without its watches and budgets.
    init(ledger: Ledger, watcher: any WatchReporting, standing: @escaping @Sendable () async throws -> Status) throws {
        description = try InterfaceDescription(parsing: OverviewInterface.text)
        self.ledger = ledger
        // While nothing can be recorded, no watch is current.
        reports = SharedReport(of: watcher) { report in
            ledger.trouble != nil || report.watch.state != .current
                || (report.target.phoneNumberID == nil && (report.target.kind == .account || report.target.kind == .phoneNumber))
        }
        self.standing = standing
    }

    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        guard call.wantsMore else { throw VarlinkError.expectedMore }
        try await tellStatus(replies)
        let well = try await tellResources(replies)
        return try await tell(well, replies)
    }

    private func tellStatus(_ replies: Replies) async throws {
        let standing = try await replies.inTurn(.gathering) { _ in
            let standing = try await self.standing()
            await reports.enter()
            return standing
        }
        defer { reports.leave() }
        var place: StatusReport.Place? = .beginning
        while let here = place {
            let (reply, next) = try await replies.inTurn(.gathering) { bytes in
                let part = reports.part(after: here, trouble: ledger.trouble, atMost: StatusReport.Room(bytes: bytes))
                return (OverviewReply(status: standing.with(part)).json, part.next)
            }
            try await replies.send(reply)
            place = next
        }
    }

    /// What counts of things that are well are told apart by.
    private struct Group: Hashable {
        var account: String
        var kind: OpenEnum<Kind>
        var confirmedAt: Timestamp
    }

    /// Tells what is not well; returns the counts of the others.
    private func tellResources(_ replies: Replies) async throws -> [OverviewReply.Well] {
        var pages = ResourcePages(of: ledger, Filter(kinds: [.account, .phoneNumber]))
        var well: [Group: Int] = [:]
        while !pages.isFinished {
            let resources = try await replies.inTurn { bytes in
                var resources: [Resource] = []
                for resource in try await pages.next(atMost: bytes) {
                    if let kind = resource.kind.known, StateScale.severity(of: kind, resource.document) >= .warning {
                        resources.append(resource)
                    } else {
                        well[Group(account: resource.account, kind: resource.kind, confirmedAt: resource.confirmedAt), default: 0] += 1
                    }
                }
                return resources
            }
            if !resources.isEmpty { try await replies.send(OverviewReply(resources: resources).json) }
            try Task.checkCancellation()
        }
        return well.map { .init(account: $0.key.account, kind: $0.key.kind, things: $0.value, confirmedAt: $0.key.confirmedAt) }
    }

    /// Tells the counts; returns the last reply.
    private func tell(_ well: [OverviewReply.Well], _ replies: Replies) async throws -> JSONObject {
        var rest = well[...]
        while rest.count > Self.countsAtOnce {
            let part = OverviewReply(well: Array(rest.prefix(Self.countsAtOnce))).json
            rest = rest.dropFirst(Self.countsAtOnce)
            try await replies.send(part)
        }
        return OverviewReply(well: Array(rest)).json
    }
}
