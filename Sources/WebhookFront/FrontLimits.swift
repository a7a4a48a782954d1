internal import WabaWatchInterface

/// What senders may cost at most. The defaults hold Meta's webhooks (up to 3 MB, answered within seconds) and little else.
package struct FrontLimits: Sendable {
    /// Bytes of one body.
    package var bodyBytes = ReportParameters.bodyLimit
    /// Bytes of all bodies that are here at one time, those that are being handed on included.
    package var allBodies = 24 << 20
    /// Bytes of one line of a head, and of a head.
    package var headBytes = 16 << 10
    /// Fields of a head.
    package var headFields = 64
    /// Connections at one time.
    package var connections = 256
    /// Requests that one connection may carry.
    package var requestsPerConnection = 10_000
    /// How long a request may take to arrive, from its first byte to its last.
    package var requestTime = Duration.seconds(10)
    /// How long a connection may be open with no request on it. Longer than nginx keeps one open to a server (60 s), so that it is not closed under a request.
    package var idleTime = Duration.seconds(75)
    /// How long a request waits for the daemon's answer.
    package var answerTime = Duration.seconds(8)
    /// How long a connection is read after its last answer, so that the answer is not lost where the sender still sends.
    package var lingerTime = Duration.seconds(2)
    /// Bytes of answers that a sender need not have taken.
    package var unreadBytes = 16 << 10
    /// How long requests in progress may take at the end.
    package var shutdownTime = Duration.seconds(15)
    /// Calls of the daemon at one time.
    package var calls = 4
    /// How often the same complaint is logged.
    package var complaintInterval = Duration.seconds(60)

    /// The defaults.
    package init() {}
}

extension FrontLimits {
    func time(_ wait: ConnectionState.Wait) -> Duration {
        switch wait {
        case .request: idleTime
        case .wholeRequest: requestTime
        case .daemon: answerTime
        case .sendersEnd: lingerTime
        }
    }
}
