import Ledger
import StrictJSON
import Varlink
import WabaWatchInterface

extension InterfaceService {
    /// Streams until the peer goes: the snapshot if it is wanted, `ready`, then every change behind the reader's own cursor, and a heartbeat as often as
    /// one is due.
    ///
    /// Nothing is queued for a reader: while it does not read, this waits in `send`, and what it missed is there when it comes back.
    func subscribe(_ parameters: SubscribeParameters, _ replies: Replies) async throws -> JSONObject {
        let reader = delivery.enter(parameters.filter, outlet: replies.outlet)
        defer { delivery.leave(reader) }
        delivery.move(reader, to: try await begin(parameters, replies))
        let heartbeat = Duration.seconds(parameters.heartbeatSeconds ?? SubscribeParameters.defaultHeartbeatSeconds)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await self.pause(heartbeat)
                    self.delivery.beat(reader)
                }
            }
            defer { group.cancelAll() }
            try await replies.besideTheSocket {
                while true {
                    switch try await self.delivery.next(for: reader) {
                    case .replies(let frames): try await replies.send(frames: frames)
                    case .heartbeat(let position):
                        let cursor = Cursor(self.ledger.cursor(at: position))
                        try await replies.send(SubscribeReply.heartbeat(cursor).json)
                    }
                }
            }
            throw CancellationError()
        }
    }

    /// Sends what comes before the first change; returns the sequence that the stream stands at.
    private func begin(_ parameters: SubscribeParameters, _ replies: Replies) async throws -> Int64 {
        var start = ledger.cursor
        if let after = parameters.after {
            guard let cursor = LedgerCursor(parsing: after.text) else { throw VarlinkError.invalidParameter("after") }
            guard try await ledger.canResume(cursor) else { throw try await historyLost() }
            start = cursor
        } else if parameters.snapshot == true {
            var walk = try await ResourceWalk(over: ledger, ResourceQuery(parameters.filter))
            var frames = Frames()
            while let page = try await walk.next() {
                for resource in page.lazy.map(Resource.init) where parameters.filter?.matches(resource) ?? true {
                    frames.append(SubscribeReply.resource(resource).json)
                    if frames.isFull { try await replies.send(frames: frames.taken()) }
                }
            }
            try await replies.send(frames: frames)
            start = walk.cursor
        }
        try await replies.send(SubscribeReply.ready(Cursor(start)).json)
        return start.sequence
    }
}
