import Foundation
import GraphAPI
import GraphSimulator
import StrictJSON
import Synchronization
import WhatsAppBusiness

/// The real daemon and the real receiver, changes at Meta at a steady rate, and the webhooks of them.
final class WebhookRun {
    /// What one part of the run showed.
    struct Part {
        /// Seconds from one poll of an account's numbers to the next.
        var gaps: [Double] = []
        /// Seconds from when a webhook was to be sent until it was answered with 200.
        var answers: [Double] = []
        /// Seconds from the sending of a webhook until a subscriber was told what it reports.
        var reports: [Double] = []
        /// Seconds from a change at Meta until a subscriber was told that a poll has found it.
        var confirmations: [Double] = []
        var requests = 0
        var daemonProcessor = 0.0
        var receiverProcessor = 0.0
        var receiverMemory = 0.0
        var daemonMemory = 0.0
    }

    /// How often numbers and their profiles are polled, in seconds.
    static let numbersEvery = 1
    /// Webhooks that are sent at one time at most, each over a connection that is kept, as a proxy keeps it.
    private static let senders = 16
    private static let secret = "bench-app-secret"

    private let stage: Stage
    private let times: PollTimes
    private let every: Int
    private let rate: Int
    private let daemon: DaemonProcess
    private let receiver: ReceiverProcess
    private let listener: ChangeListener
    private let appSecret: AppSecret
    /// Changes that were made in the parts before.
    private var made = 0

    /// Starts daemon and receiver.
    init(_ stage: Stage, _ times: PollTimes, every: Int, rate: Int) throws {
        (self.stage, self.times, self.every, self.rate) = (stage, times, every, rate)
        appSecret = try AppSecret(Self.secret)
        daemon = try stage.start(
            every: ["phone_number": "\(Self.numbersEvery)s", "business_profile": "\(Self.numbersEvery)s", "account": "\(every)s"],
            webhookSecret: Self.secret)
        receiver = try ReceiverProcess(reportingTo: stage.socket, in: stage.folder)
        listener = try ChangeListener(stage.socket)
    }

    /// Ends both.
    func stop() {
        receiver.stop()
        daemon.stop()
    }

    /// Waits until the numbers of every account have been polled some times, two minutes at most.
    func waitForBaseline() async throws {
        for _ in 0..<1200 {
            if times.count >= 3 * stage.accounts { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure("the daemon does not poll")
    }

    /// Makes changes at the rate, with a webhook of each or without, and waits until all are told.
    func part(seconds: Int, isSending: Bool) async throws -> Part {
        let (first, count) = (made, seconds * rate)
        made += count
        let sent = Mutex<[Int: Double]>([:])
        let answers = Mutex<[Double]>([])
        let before = (requests: stage.simulator.requestCount, daemon: try daemon.processorSeconds, receiver: try receiver.processorSeconds)
        let (simulator, listener, appSecret, accounts) = (stage.simulator, listener, appSecret, stage.accounts)
        let order = Mutex(())
        let workers = try (0..<Self.senders).map { _ -> @Sendable (Int, Double) throws -> Void in
            let sender = isSending ? try WebhookConnection(port: receiver.port) : nil
            return { piece, due in
                // How long it had to wait for a sender, which counts; how long the simulator takes does not.
                let late = max(0, Machine.now - due)
                let number = first + piece
                let account = Platform.sampleAccountID(number % accounts)
                // Changes come to Meta in their order, whichever thread is the first.
                order.withLock { _ in
                    listener.expect(number, of: account)
                    simulator.update { $0.accounts[account]?.document["account_review_status"] = .string(SignedWebhook.decision(number)) }
                }
                guard let sender else { return }
                let webhook = SignedWebhook(number: number, account: account, secret: appSecret)
                let begun = Machine.now
                sent.withLock { $0[number] = begun }
                try sender.send(webhook)
                answers.withLock { $0.append(late + Machine.now - begun) }
            }
        }
        let start = Machine.now
        try await SteadyLoad(count: count, perSecond: Double(rate)).run(workers)
        let end = Machine.now
        var part = Part(gaps: times.gaps(from: start, to: end), answers: answers.withLock(\.self))
        part.requests = stage.simulator.requestCount - before.requests
        part.daemonProcessor = try daemon.processorSeconds - before.daemon
        part.receiverProcessor = try receiver.processorSeconds - before.receiver
        (part.receiverMemory, part.daemonMemory) = (receiver.mebibytes("VmHWM"), daemon.mebibytes("VmHWM"))
        try await waitForEnd(of: first..<(first + count), isSending: isSending)
        let (reported, confirmed) = (listener.reported, listener.confirmed)
        part.confirmations = (first..<(first + count)).compactMap { confirmed[$0] }
        part.reports = sent.withLock(\.self).compactMap { number, at in reported[number].map { $0 - at } }
        guard !isSending || part.reports.count == count, listener.reportedTwice == 0 else {
            throw Failure("of \(count) webhooks \(part.reports.count) were told, \(listener.reportedTwice) of them twice")
        }
        return part
    }

    /// The last change of each account is found by the poll after it.
    private func waitForEnd(of numbers: Range<Int>, isSending: Bool) async throws {
        for _ in 0..<(every * 30) {
            if listener.unconfirmed == 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure("\(listener.unconfirmed) changes were not found in three intervals")
    }
}

/// A connection that carries one webhook after the other. One thread at a time uses it.
private final class WebhookConnection: @unchecked Sendable {
    private let connection: Connection

    init(port: UInt16) throws {
        guard let connection = Connection(port: port) else { throw Failure("the receiver does not listen") }
        self.connection = connection
    }

    /// Sends a webhook, and returns when it is answered with 200.
    func send(_ webhook: SignedWebhook) throws {
        try connection.send(webhook.request)
        let end = Array("\r\n\r\n".utf8)
        let head = String(decoding: try connection.receive { $0.firstRange(of: end)?.upperBound }, as: UTF8.self)
        guard head.hasPrefix("HTTP/1.1 200 ") else { throw Failure("a webhook was answered with \(head.prefix { $0 != "\r\n" })") }
    }
}
