import InterfaceRecords
import Ledger
import StrictJSON
import Varlink
import WabaWatchInterface

extension InterfaceService {
    /// Streams past changes, at most the limit, a page of the ledger at a time.
    func history(_ parameters: HistoryParameters, _ replies: Replies) async throws -> JSONObject {
        var query = HistoryQuery(parameters)
        if let after = parameters.after {
            guard let cursor = LedgerCursor(parsing: after.text) else { throw VarlinkError.invalidParameter("after") }
            try await replies.inTurn { _ in
                guard try await ledger.canResume(cursor) else { throw try await WabaWatchError.historyLost(in: ledger) }
            }
            query.after = cursor.sequence
        }
        var left = parameters.limit ?? HistoryParameters.defaultLimit
        var walk = try await replies.inTurn { _ in try await HistoryWalk(over: ledger, query) }
        // The last one goes out as the call's own reply.
        var held: Change?
        while left > 0 {
            let frames: Frames? = try await replies.inTurn { bytes in
                guard let page = try await walk.next(atMost: bytes) else { return nil }
                var frames = Frames()
                for recorded in page where left > 0 {
                    let change = Change(recorded, ledger: ledger.id)
                    guard parameters.filter?.matches(change) ?? true else { continue }
                    left -= 1
                    if let held { frames.append(HistoryReply(change: held).json) }
                    held = change
                }
                return frames
            }
            guard let frames else { break }
            if !frames.isEmpty { try await replies.send(frames: frames) }
            // A long walk without a match ends with its reader all the same.
            try Task.checkCancellation()
        }
        return HistoryReply(change: held).json
    }
}
