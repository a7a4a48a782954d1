import HTTPFront

/// Where one connection stands: what happens on it goes in, what is to be done comes out. Requests behind the first are given to it when that is answered.
struct ConnectionState: Sendable {
    /// What happened.
    enum Event: Sendable {
        /// Bytes came, of whatever.
        case bytes
        case head(FrontRequest)
        /// So many bytes of a body came; whether there is room for them.
        case body(Int, isRoom: Bool)
        /// The request is complete.
        case end
        /// The daemon has answered.
        case outcome(ReportOutcome)
        /// What was waited for last has not come in time.
        case timeout
        /// What came is no request.
        case malformed(isTooLarge: Bool)
        /// No more requests are taken.
        case stop
        /// The connection is closed.
        case gone
    }

    /// What is to be done, in this order.
    enum Action: Sendable, Equatable {
        /// Waits for what comes next so long and no longer, instead of for what was waited for before.
        case wait(Wait)
        /// The sender may send the body.
        case proceed
        /// The bytes of the body that came are kept.
        case keep
        /// The body that was kept is handed on.
        case report(signature: String)
        case answer(FrontAnswer, closing: Bool)
        /// The answer to what is no request yet; the connection ends with it.
        case answerAtOnce(FrontAnswer)
        case close
    }

    /// What is waited for.
    enum Wait: Sendable, Equatable { case request, wholeRequest, daemon, sendersEnd }

    private enum Phase {
        case idle
        /// Bytes of a head have come.
        case head
        /// The answer is known; it is given when the request is complete.
        case answering(FrontAnswer)
        case receiving(RequestRules.Receipt, count: Int)
        /// The daemon has the body.
        case reporting(hasMore: Bool)
        /// The last answer was given; whatever comes is thrown away.
        case leaving
        case closed
    }

    private let rules: RequestRules
    private let requests: Int
    private var phase = Phase.idle
    private var served = 0
    /// Whether the connection ends with the next answer.
    private var isLast = false

    init(_ rules: RequestRules, requests: Int) {
        self.rules = rules
        self.requests = requests
    }

    /// Whether bytes of a body are of use.
    var isReceiving: Bool { if case .receiving = phase { true } else { false } }

    mutating func on(_ event: Event) -> [Action] {
        switch (event, phase) {
        case (_, .closed): return []
        case (.gone, _):
            phase = .closed
            return []
        case (.bytes, .idle):
            phase = .head
            return [.wait(.wholeRequest)]
        case (.bytes, .reporting):
            phase = .reporting(hasMore: true)
            return []
        case (.bytes, _): return []
        case (.head(let request), .idle): return [.wait(.wholeRequest)] + begin(request)
        case (.head(let request), .head): return begin(request)
        case (.body(let count, let isRoom), .receiving(let receipt, let kept)):
            guard kept + count <= rules.bodyBytes else { return refuse(.tooLarge) }
            guard isRoom else { return refuse(.unavailable) }
            phase = .receiving(receipt, count: kept + count)
            return [.keep]
        case (.end, .answering(let answer)): return finish(answer, hasMore: false)
        case (.end, .receiving(let receipt, _)):
            phase = .reporting(hasMore: false)
            return [.wait(.daemon), .report(signature: receipt.signature)]
        case (.outcome(let outcome), .reporting(let hasMore)): return finish(outcome.answer, hasMore: hasMore)
        case (.timeout, .idle), (.timeout, .leaving):
            phase = .closed
            return [.close]
        case (.timeout, .head):
            phase = .leaving
            return [.wait(.sendersEnd), .answerAtOnce(.late)]
        case (.timeout, .answering), (.timeout, .receiving): return refuse(.late)
        case (.timeout, .reporting(let hasMore)): return finish(.unavailable, hasMore: hasMore)
        case (.malformed(let isTooLarge), .idle), (.malformed(let isTooLarge), .head), (.malformed(let isTooLarge), .answering),
            (.malformed(let isTooLarge), .receiving):
            return refuse(isTooLarge ? .headTooLarge : .badRequest)
        case (.stop, .idle):
            phase = .closed
            return [.close]
        case (.stop, _):
            isLast = true
            return []
        // What follows an answer that was the last, the rest of what was refused, and answers that come too late.
        case (.head, _), (.body, _), (.end, _), (.outcome, _), (.malformed, _): return []
        }
    }

    private mutating func begin(_ request: FrontRequest) -> [Action] {
        served += 1
        if !request.isKeptAlive || served >= requests { isLast = true }
        switch rules.verdict(on: request) {
        case .answer(let answer):
            // A body that is not wanted is not waited for.
            if request.hasBody { return refuse(answer) }
            phase = .answering(answer)
            return []
        case .receive(let receipt):
            phase = .receiving(receipt, count: 0)
            return receipt.isExpectingContinue ? [.proceed] : []
        }
    }

    /// Answers in the midst of a request, and ends the connection: what still comes of the request is nobody's.
    private mutating func refuse(_ answer: FrontAnswer) -> [Action] {
        phase = .leaving
        return [.wait(.sendersEnd), .answer(answer, closing: true)]
    }

    private mutating func finish(_ answer: FrontAnswer, hasMore: Bool) -> [Action] {
        if isLast { return refuse(answer) }
        phase = hasMore ? .head : .idle
        // The answer comes last: the next request may be given to the state while it is written.
        return [.wait(hasMore ? .wholeRequest : .request), .answer(answer, closing: false)]
    }
}
