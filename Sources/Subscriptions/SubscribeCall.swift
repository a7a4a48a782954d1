import InterfaceRecords
package import Ledger
package import StrictJSON
package import Varlink
package import WabaWatchInterface

/// A call of `Subscribe`: what one reader is told, from the beginning until its peer goes.
package struct SubscribeCall: Sendable {
    private let ledger: Ledger
    private let delivery: Delivery
    private let pause: @Sendable (Duration) async throws -> Void

    /// A call that is answered from a ledger, among the other readers of its delivery.
    /// - Parameter pause: waits; a heartbeat is due afterwards.
    package init(ledger: Ledger, delivery: Delivery, pause: @escaping @Sendable (Duration) async throws -> Void) {
        self.ledger = ledger
        self.delivery = delivery
        self.pause = pause
    }

    /// Streams until the peer goes: the snapshot if it is wanted, `ready`, then every change behind the reader's own cursor, and a heartbeat as often as
    /// one is due.
    ///
    /// Nothing is queued for a reader: while it does not read, this waits in `send`, and what it missed is there when it comes back.
    /// - Throws: `WabaWatchError` or `LedgerError` where the history behind a cursor is lost; `CancellationError` when the peer has gone.
    package func answer(_ parameters: SubscribeParameters, _ replies: Replies) async throws -> JSONObject {
        let reader = delivery.enter(parameters.filter, outlet: replies.outlet)
        defer { delivery.leave(reader) }
        delivery.move(reader, to: try await begin(parameters, replies))
        // Who resumes from long ago catches up in turns: what is polled through for it alone must not hold up those who follow.
        let end = ledger.cursor.sequence
        while delivery.position(of: reader) < end {
            let turn: Delivery.Turn? = try await replies.inTurn { _ in try await delivery.nextPage(for: reader) }
            guard let turn else { break }
            try await send(turn, replies)
        }
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
                while true { try await self.send(try await self.delivery.next(for: reader), replies) }
            }
            throw CancellationError()
        }
    }

    private func send(_ turn: Delivery.Turn, _ replies: Replies) async throws {
        switch turn {
        case .replies(let frames): try await replies.send(frames: frames)
        case .heartbeat(let position):
            let cursor = Cursor(ledger.cursor(at: position))
            try await replies.send(SubscribeReply.heartbeat(cursor).json)
        }
    }

    /// Sends what comes before the first change; returns the sequence that the stream stands at.
    private func begin(_ parameters: SubscribeParameters, _ replies: Replies) async throws -> Int64 {
        var start = ledger.cursor
        if let after = parameters.after {
            guard let cursor = LedgerCursor(parsing: after.text) else { throw VarlinkError.invalidParameter("after") }
            try await replies.inTurn { _ in
                guard try await ledger.canResume(cursor) else { throw try await WabaWatchError.historyLost(in: ledger) }
            }
            start = cursor
        } else if parameters.snapshot == true {
            var pages = ResourcePages(of: ledger, parameters.filter)
            while !pages.isFinished {
                let frames = try await replies.inTurn { bytes in
                    var frames = Frames()
                    for resource in try await pages.next(atMost: bytes) { frames.append(SubscribeReply.resource(resource).json) }
                    return frames
                }
                try await replies.send(frames: frames)
            }
            start = pages.start
        }
        try await replies.send(SubscribeReply.ready(Cursor(start)).json)
        return start.sequence
    }
}
