/// How replies that come in many are held back: until the peer takes them, and until it is its turn.
struct Pace: Sendable {
    private let connection: Connection
    private let costs: ConnectionCosts

    /// The pace of a connection; `nil` where nobody counts.
    init?(of connection: Connection) {
        guard let costs = connection.costs else { return nil }
        (self.connection, self.costs) = (connection, costs)
    }

    /// How many bytes of replies the peer may leave with the server besides those that it does.
    var bytesLeft: Int { costs.replyBytesLeft }

    /// Runs a body when the peer has taken what was sent before and it is its turn; the body is told how many bytes may be made.
    func inTurn<Value>(_ turn: Replies.Turn, _ body: (_ bytes: Int) async throws -> Value) async throws -> Value {
        let turns = turn == .reading ? costs.common.readings : costs.common.gatherings
        await connection.waitForRoom()
        guard await turns.enter(of: costs.share) else { throw CancellationError() }
        defer { turns.leave(of: costs.share) }
        try Task.checkCancellation()
        return try await body(costs.turnBytes(whileWaiting: turns.waiting))
    }
}
