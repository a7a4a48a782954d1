import FoundationEssentials
import NIOHTTP1
import Synchronization
public import WhatsAppBusiness

extension Timestamp {
    /// What the system's wall clock says.
    public static var system: Timestamp { Timestamp(Date()) }
}

/// The simulation behind its lock, with everything that happened to it.
final class SimulatorCore: Sendable {
    private struct State: Sendable {
        var simulation: Simulation
        var requests: [RecordedRequest] = []
        var count = 0
        var readers: [Int: AsyncStream<RecordedRequest>.Continuation] = [:]
        var nextReader = 0
        var webhooks = WebhookQueue()

        /// The webhooks that are due, now that the platform is not as it was.
        mutating func reported(since before: Platform?, at now: Timestamp) -> [[UInt8]] {
            guard let before else { return [] }
            let held = webhooks.set(simulation.webhooks)
            return held + webhooks.add(ReportedChange.between(before, simulation.platform, at: now))
        }
    }

    private let state: Mutex<State>
    private let keeping: Int
    private let controlled: Bool
    private let sender: WebhookSender?
    private let now: @Sendable () -> Timestamp

    /// - Parameter sender: sends webhooks of what is changed, if there is one.
    init(_ simulation: Simulation, keeping: Int, controlled: Bool, sender: WebhookSender? = nil, now: @escaping @Sendable () -> Timestamp) {
        self.sender = sender
        state = Mutex(State(simulation: simulation))
        self.keeping = keeping
        self.controlled = controlled
        self.now = now
    }

    func respond(method: String, target: String, headers: [(name: String, value: String)], body: [UInt8]) -> Outcome {
        let now = now()
        let (outcome, webhooks, delay) = state.withLock { state in
            // What only reads changes nothing.
            let before = sender == nil || method == "GET" ? nil : state.simulation.platform
            let outcome: Outcome
            do throws(SimulatedError) {
                outcome = try respond(try GraphRequest(method: method, target: target, headers: headers, body: body), &state, at: now)
            } catch {
                outcome = Outcome(answer: state.simulation.refuse(error, [("content-type", "application/json; charset=UTF-8")]))
            }
            return (outcome, state.reported(since: before, at: now), state.simulation.webhooks.delay)
        }
        sender?.send(webhooks, after: delay)
        return outcome
    }

    private func respond(_ request: GraphRequest, _ state: inout State, at now: Timestamp) throws(SimulatedError) -> Outcome {
        if controlled, request.path.first == "simulator" { return Outcome(answer: state.simulation.control(request)) }
        let call = state.simulation.resolve(request)
        let outcome = state.simulation.outcome(of: request, call, at: now)
        state.count += 1
        let token = request.token.flatMap { state.simulation.platform.tokens[$0] }
        let record = RecordedRequest(request, call, number: state.count, at: now, token: token, status: outcome.answer?.status)
        if state.requests.count >= 2 * keeping { state.requests.removeFirst(keeping) }
        state.requests.append(record)
        // Readers that have gone are left out here, and not where they go: that would wait for the lock that is held here, while this waits for theirs.
        for (number, reader) in state.readers {
            if case .terminated = reader.yield(record) { state.readers[number] = nil }
        }
        return outcome
    }

    // MARK: What the simulator's owner does

    func setOrigin(_ origin: String) { state.withLock { $0.simulation.origin = origin } }
    func update<R: Sendable, E: Error>(_ body: (inout Platform) throws(E) -> R) throws(E) -> R {
        let now = now()
        let (result, webhooks, delay) = try state.withLock { state throws(E) in
            let before = sender == nil ? nil : state.simulation.platform
            let result = try body(&state.simulation.platform)
            return (result, state.reported(since: before, at: now), state.simulation.webhooks.delay)
        }
        sender?.send(webhooks, after: delay)
        return result
    }
    func setWebhooks(_ behaviour: WebhookBehaviour) {
        let (webhooks, delay) = state.withLock { state in
            state.simulation.webhooks = behaviour
            return (state.webhooks.set(behaviour), behaviour.delay)
        }
        sender?.send(webhooks, after: delay)
    }
    var webhookCounts: WebhookCounts { sender?.counts ?? WebhookCounts() }
    func setFault(_ fault: Fault, _ match: EdgeMatch, _ times: Int?) {
        guard times ?? 1 > 0 else { return }
        state.withLock { $0.simulation.faults.append(ArmedFault(fault: fault, match: match, left: times)) }
    }
    func setFault(_ armed: ArmedFault) { state.withLock { $0.simulation.faults.append(armed) } }
    func clearFaults() { state.withLock { $0.simulation.faults = [] } }
    func forgetUsage() { state.withLock { $0.simulation.meter.forget() } }
    func usage(_ account: String, _ type: UsageType) -> Int {
        let now = now()
        return state.withLock { $0.simulation.meter.count(of: UsageMeter.Bucket(owner: account, type: type), at: now) }
    }
    var requests: [RecordedRequest] { state.withLock { $0.requests.suffix(keeping) } }
    var requestCount: Int { state.withLock { $0.count } }

    func requestStream() -> AsyncStream<RecordedRequest> {
        let (stream, continuation) = AsyncStream.makeStream(of: RecordedRequest.self, bufferingPolicy: .bufferingNewest(100_000))
        state.withLock { state in
            state.nextReader += 1
            state.readers[state.nextReader] = continuation
        }
        return stream
    }

    func finishStreams() {
        sender?.stop()
        let readers = state.withLock { state in Array(state.readers.values) }
        for reader in readers { reader.finish() }
    }
}
