internal import Continuations
internal import FoundationEssentials
internal import Varlink
internal import WabaWatchInterface

/// Hands webhooks to the daemon by `io.wabawatch.Report`, over connections that are kept and made anew when the daemon was restarted.
package actor DaemonReporter: WebhookReporting {
    private let socket: String
    private let time: Duration
    private let pause: @Sendable (Duration) async throws -> Void
    /// Connections that no call is using.
    private var kept: [VarlinkClient] = []
    /// Calls that may be made besides those that are being made.
    private var free: Int
    private var waiting: [OneShot<Bool>] = []

    /// A reporter.
    /// - Parameters:
    ///   - socket: the daemon's socket.
    ///   - limits: how many calls there are at one time, and how long one may take.
    ///   - pause: returns after that long, and throws when its task is cancelled.
    package init(socket: String, limits: FrontLimits = FrontLimits(), pause: @escaping @Sendable (Duration) async throws -> Void) {
        self.socket = socket
        free = limits.calls
        time = limits.answerTime
        self.pause = pause
    }

    package func report(body: [UInt8], signature: String) async -> ReportOutcome {
        guard await enter() else { return .unavailable(reason: "the receiver is being stopped") }
        defer { leave() }
        return await withTaskGroup(of: ReportOutcome?.self) { [pause, time] group in
            group.addTask { await self.call(body, signature) }
            group.addTask {
                guard (try? await pause(time)) != nil else { return nil }
                return .unavailable(reason: "wabawatchd did not answer in time")
            }
            defer { group.cancelAll() }
            for await outcome in group { if let outcome { return outcome } }
            return .unavailable(reason: "the receiver is being stopped")
        }
    }

    private func call(_ body: [UInt8], _ signature: String) async -> ReportOutcome {
        let parameters = ReportParameters(body: Data(body).base64EncodedString(), signature: signature)
        do {
            if let client = kept.popLast() {
                do { return try await exchange(parameters, client) } catch is ConnectionClosed {
                    // The daemon was restarted. To hand it in once more does no harm: what the daemon knows it does not record again.
                    kept = []
                }
            }
            return try await exchange(parameters, try await VarlinkClient.connect(path: socket))
        } catch {
            return .unavailable(reason: "\(error)")
        }
    }

    /// One call. A connection whose answer is known is kept for the next.
    private func exchange(_ parameters: ReportParameters, _ client: VarlinkClient) async throws -> ReportOutcome {
        do {
            let reply = try await client.call("\(Interface.name).\(ReportParameters.method)", parameters.json)
            kept.append(client)
            _ = try ReportReply(json: reply)
            return .recorded
        } catch let error as VarlinkError {
            kept.append(client)
            if try WabaWatchError(error) == .badSignature { return .badSignature }
            throw error
        }
    }

    /// Waits for a call's turn; `false` where the task was cancelled.
    private func enter() async -> Bool {
        if free > 0 {
            free -= 1
            return true
        }
        let turn = OneShot<Bool>()
        waiting.append(turn)
        return await turn.value(whenCancelled: false)
    }

    private func leave() {
        while !waiting.isEmpty { if waiting.removeFirst().fulfil(true) { return } }
        free += 1
    }
}
