internal import Continuations
internal import NIOCore
internal import Synchronization

/// The connections that are open, counted, so that there are not too many and the end can wait for the last.
package final class FrontConnections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: any Channel] = [:]
        var isStopping = false
    }

    private let limit: Int
    private let state = Mutex(State())
    private let ended = OneShot<Void>()

    /// - Parameter limit: how many there may be.
    package init(limit: Int) { self.limit = limit }

    /// How many there are.
    package var count: Int { state.withLock { $0.open.count } }

    /// Takes one; `false` if there is no room. It is forgotten when it is closed.
    func add(_ channel: any Channel) -> Bool {
        let isRoom = state.withLock { state in
            guard !state.isStopping, state.open.count < limit else { return false }
            state.open[ObjectIdentifier(channel)] = channel
            return true
        }
        let id = ObjectIdentifier(channel)
        if isRoom { channel.closeFuture.whenComplete { _ in self.remove(id) } }
        return isRoom
    }

    private func remove(_ id: ObjectIdentifier) {
        let isLast = state.withLock { state in
            state.open[id] = nil
            return state.isStopping && state.open.isEmpty
        }
        if isLast { ended.fulfil() }
    }

    /// Takes no more connections and no more requests; returns when those in progress are answered, or when the task is cancelled.
    package func stop() async {
        let open = state.withLock { state in
            state.isStopping = true
            if state.open.isEmpty { ended.fulfil() }
            return Array(state.open.values)
        }
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(StopTaking()) }
        await ended.wait()
    }

    /// Closes whatever is open.
    package func closeAll() { for channel in state.withLock({ Array($0.open.values) }) { channel.close(promise: nil) } }
}
