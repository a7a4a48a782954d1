import GraphSimulator
import Synchronization

/// How long it is from one poll of an account's numbers to the next, as Meta sees it: from first page to first page.
final class PollTimes: Sendable {
    private struct State {
        var last: [String: Double] = [:]
        var gaps: [(at: Double, seconds: Double)] = []
    }

    private let state = Mutex(State())

    /// Listens to the requests until the simulator ends.
    func listen(to simulator: GraphSimulator) async {
        for await request in simulator.requestStream() where request.edge == .phoneNumbers && request[parameter: "after"] == nil {
            guard let account = request.id else { continue }
            let now = Machine.now
            state.withLock { state in
                if let last = state.last.updateValue(now, forKey: account) { state.gaps.append((now, now - last)) }
            }
        }
    }

    /// How many gaps there were so far.
    var count: Int { state.withLock { $0.gaps.count } }

    /// The gaps that ended in that time.
    func gaps(from start: Double, to end: Double) -> [Double] {
        state.withLock { $0.gaps.filter { (start..<end).contains($0.at) }.map(\.seconds) }
    }
}
