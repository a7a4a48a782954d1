import Hosting
import StrictJSON
import TestTools

/// A host of the model, with one account: its lease and its log, driven as the relay drives them. What it decides goes out when it runs: a host that stands
/// still between a decision and its sending sends late.
struct ModelHost {
    enum Request: Equatable {
        case writeLease(LeaseRecord, over: UInt64?)
        case readLease
        case log(AccountLog.Action)
    }

    let name: String
    /// How fast its clock runs, and what it shows at the beginning.
    let rate: Double
    let offset: Duration
    var lease: LeaseState
    var log: AccountLog
    var isFrozenUntil = Duration.zero
    var isCutOff = false
    var isWanted = true
    var requests: [Request] = []
    var confirmed: [String] = []
    private(set) var run = 0
    private var offered: String?
    /// Whether the log has asked for something, and the epoch that begins after that.
    private var isAwaited = false
    private var beginning: UInt64?
    private var changes = 0
    private let times: LeaseTimes

    init(_ name: String, rate: Double, offset: Duration, times: LeaseTimes) {
        (self.name, self.rate, self.offset, self.times) = (name, rate, offset, times)
        lease = LeaseState(host: name, run: "\(name).0", times: times)
        log = AccountLog(account: "acme", host: name)
    }

    func clock(_ now: Duration) -> Duration { offset + now * rate }

    /// The process ends, and another begins.
    mutating func restart() {
        run += 1
        lease = LeaseState(host: name, run: "\(name).\(run)", times: times)
        log = AccountLog(account: "acme", host: name)
        (requests, offered, beginning, isAwaited) = ([], nil, nil, false)
    }

    mutating func on(_ event: LeaseState.Event, _ now: Duration) {
        for action in lease.on(event, now: clock(now)) {
            switch action {
            case .write(let record, let over): requests.append(.writeLease(record, over: over))
            case .read: requests.append(.readLease)
            case .takeOver(let epoch): begin(epoch, now)
            case .hold: break
            // The daemon stops at once.
            case .stop: on(.stopped, now)
            }
        }
    }

    mutating func on(_ event: AccountLog.Event, _ now: Duration) {
        isAwaited = false
        guard let epoch = beginning else { return take(log.on(event), now) }
        beginning = nil
        begin(epoch, now)
    }

    /// Takes over, when what is under way under the epoch before has ended.
    private mutating func begin(_ epoch: UInt64, _ now: Duration) {
        guard !isAwaited else { return beginning = epoch }
        offered = nil
        take(log.on(.begin(epoch: epoch)), now)
    }

    private mutating func take(_ action: AccountLog.Action, _ now: Duration) {
        guard case .ready = action else {
            guard action != .lost else { return }
            requests.append(.log(action))
            isAwaited = true
            return
        }
        if let offered { confirmed.append(offered) }
        offered = nil
        if let epoch = lease.epoch { on(.tookOver(epoch: epoch), now) }
    }

    /// The daemon asks Meta, if it may, and finds a change; whether it asked.
    mutating func ask(_ now: Duration) -> Bool {
        guard lease.isHeld(at: clock(now)) else { return false }
        if log.isReady, offered == nil {
            changes += 1
            let body = "\(name).\(run).\(changes)"
            offered = body
            take(log.on(.offer(AccountLog.Offer(subject: "wabawatch.acme.\(changes % 2)", body: body, cursor: body))), now)
        }
        return true
    }
}
