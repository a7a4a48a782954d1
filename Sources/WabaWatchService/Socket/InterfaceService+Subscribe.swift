import Ledger
import StrictJSON
import Synchronization
import Varlink
import WabaWatchInterface

extension InterfaceService {
    /// How many changes are read from the ledger at a time.
    private static let batch = 512

    /// Streams until the peer goes: the snapshot if it is wanted, `ready`, then every change behind the reader's own cursor.
    ///
    /// Nothing is queued for a reader: while it does not read, this waits in `send`, and what it missed is still in the ledger when it comes back.
    func subscribe(_ parameters: SubscribeParameters, _ replies: Replies) async throws -> JSONObject {
        subscribers.withLock { $0 += 1 }
        defer { subscribers.withLock { $0 -= 1 } }
        var position = try await begin(parameters, replies)
        let heartbeat = Duration.seconds(parameters.heartbeatSeconds ?? SubscribeParameters.defaultHeartbeatSeconds)
        while true {
            let changes = try await ledger.changes(after: position, limit: Self.batch)
            var frames = Frames()
            for recorded in changes {
                position = recorded.sequence
                let change = WabaWatchInterface.Change(recorded, ledger: ledger.id)
                guard parameters.filter?.matches(change) ?? true else { continue }
                frames.append(SubscribeReply.change(change).json)
                if frames.isFull { try await replies.send(frames: frames.taken()) }
            }
            try await replies.send(frames: frames)
            if changes.count < Self.batch, await !changeComes(after: position, within: heartbeat) {
                try await replies.send(SubscribeReply.heartbeat(cursor(position)).json)
            }
            try Task.checkCancellation()
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

    private func cursor(_ sequence: Int64) -> Cursor { Cursor(LedgerCursor(ledger: ledger.id, sequence: sequence)) }

    /// Waits for a change, at most until the next heartbeat; says which it was.
    private func changeComes(after sequence: Int64, within heartbeat: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.ledger.waitForChange(after: sequence)
                return true
            }
            group.addTask {
                do { try await self.pause(heartbeat) } catch {}
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }
}
