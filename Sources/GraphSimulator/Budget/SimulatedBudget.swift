/// How many calls a rolling hour holds, and how the usage headers tell of it.
public struct SimulatedBudget: Sendable, Equatable {
    /// Calls an hour; 200 for a new account, 5,000 for an active one (Meta's rate limits page).
    public var callsPerHour: Int
    /// The error beyond it: 80007 (Cloud API page) or 80008 (rate limit page); 4 for an app.
    public var code: Int
    /// The HTTP status of that error.
    public var status: Int
    /// How the header is written.
    public var header: UsageHeader

    /// A budget.
    public init(callsPerHour: Int = 5000, code: Int = 80_007, status: Int = 429, header: UsageHeader = .normal) {
        self.callsPerHour = callsPerHour
        self.code = code
        self.status = status
        self.header = header
    }

    /// The share that so many calls are of it, in percent, rounded up.
    func percent(_ calls: Int) -> Int { (calls * 100 + max(callsPerHour, 1) - 1) / max(callsPerHour, 1) }

    func error(accountsOwn: Bool) -> SimulatedError {
        let message =
            switch code {
            case 4: "(#4) Application request limit reached"
            case 80_008: "(#80008) There have been too many calls to this WhatsApp Business account. Wait a bit and try again."
            default: "(#\(code)) Business request limit reached for WhatsApp Business Account"
            }
        return SimulatedError(code, subcode: 2_446_079, message, status: status, isTransient: true)
    }
}

/// How a usage header is written: never to be relied on.
public enum UsageHeader: Sendable, Equatable {
    case normal, missing
    /// Text that is no JSON.
    case malformed
    /// The same type twice under one key, the larger one last, as recorded on template_analytics.
    case duplicated
    /// Percentages of our own, whatever was really used.
    case fixed(percent: Int, minutes: Int)
}
