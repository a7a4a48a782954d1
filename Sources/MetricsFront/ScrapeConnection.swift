import HTTPFront
import Metrics

/// Where one connection stands: what happens on it goes in, what is to be done comes out. Requests behind the first are given to it when that is answered.
struct ScrapeConnection: Sendable {
    /// What happened.
    enum Event: Sendable {
        /// Bytes came, of whatever.
        case bytes
        case head(FrontRequest)
        /// Bytes of a body came.
        case body
        /// The request is complete.
        case end
        /// The metrics are there, or why not.
        case gathered(Result<Void, Unavailable>)
        /// The last byte of the metrics was made, and is written next: with it the next request may come.
        case made
        /// It was written, and with it the connection's last answer.
        case written
        /// What was waited for last has not come in time.
        case timeout
        /// What came is no request.
        case malformed(isTooLarge: Bool)
        /// No more requests are taken.
        case stop
        /// The connection is closed.
        case gone
    }

    /// There are no metrics, and why.
    struct Unavailable: Error, Equatable { var reason: String }

    /// What is to be done, in this order.
    enum Action: Sendable, Equatable {
        /// Waits for what comes next so long and no longer, instead of for what was waited for before.
        case wait(Wait)
        /// Asks for the metrics.
        case gather
        /// Sends the metrics in that format, without them to who asked for the head alone.
        case send(MetricsFormat, headOnly: Bool, closing: Bool)
        case answer(FrontAnswer, headOnly: Bool, closing: Bool)
        /// The answer to what is no request yet; the connection ends with it.
        case answerAtOnce(FrontAnswer)
        /// The answer that was last is whole: this side of the connection ends.
        case endOutput
        case close
    }

    /// What is waited for.
    enum Wait: Sendable, Equatable { case request, wholeRequest, metrics, clientTakes, clientsEnd }

    private enum Phase {
        case idle
        /// Bytes of a head have come.
        case head
        /// The request is known, and not complete.
        case receiving(ScrapeRules.Verdict)
        case gathering(MetricsFormat, hasMore: Bool)
        case sending(hasMore: Bool)
        /// All of the connection's last answer was made.
        case ending
        /// The last answer was given; whatever comes is thrown away.
        case leaving
        case closed
    }

    private let requests: Int
    private var phase = Phase.idle
    private var served = 0
    private var isHeadOnly = false
    /// Whether the connection ends with the next answer.
    private var isLast = false

    init(requests: Int) { self.requests = requests }

    /// Whether it is to be told when what was made is written.
    var isEnding: Bool { if case .ending = phase { true } else { false } }

    mutating func on(_ event: Event) -> [Action] {
        switch (event, phase) {
        case (_, .closed): return []
        case (.gone, _): return close(telling: false)
        case (.bytes, .idle):
            phase = .head
            return [.wait(.wholeRequest)]
        case (.bytes, .gathering(let format, _)):
            phase = .gathering(format, hasMore: true)
            return []
        case (.bytes, .sending):
            phase = .sending(hasMore: true)
            return []
        case (.bytes, _): return []
        case (.head(let request), .idle): return [.wait(.wholeRequest)] + begin(request)
        case (.head(let request), .head): return begin(request)
        case (.body, .receiving): return refuse(.badRequest)
        case (.end, .receiving(.answer(let answer))): return finish(answer, hasMore: false)
        case (.end, .receiving(.metrics(let format))):
            phase = .gathering(format, hasMore: false)
            return [.wait(.metrics), .gather]
        case (.gathered(.success), .gathering(let format, let hasMore)):
            phase = .sending(hasMore: hasMore)
            return [.wait(.clientTakes), .send(format, headOnly: isHeadOnly, closing: isLast)]
        case (.gathered(.failure(let why)), .gathering(_, let hasMore)): return finish(.noMetrics(why.reason), hasMore: hasMore)
        case (.made, .sending(let hasMore)):
            guard isLast else { return rest(hasMore) }
            phase = .ending
            return []
        case (.written, .ending):
            phase = .leaving
            return [.wait(.clientsEnd), .endOutput]
        case (.timeout, .idle), (.timeout, .leaving): return close()
        // An answer that is not taken cannot be ended: half of it must not be read as all.
        case (.timeout, .sending), (.timeout, .ending): return close()
        case (.timeout, .head):
            phase = .leaving
            return [.wait(.clientsEnd), .answerAtOnce(.late)]
        case (.timeout, .receiving): return refuse(.late)
        case (.timeout, .gathering(_, let hasMore)): return finish(.noMetrics("wabawatchd did not answer in time"), hasMore: hasMore)
        case (.malformed(let isTooLarge), .idle), (.malformed(let isTooLarge), .head), (.malformed(let isTooLarge), .receiving):
            return refuse(isTooLarge ? .headTooLarge : .badRequest)
        case (.stop, .idle): return close()
        case (.stop, _):
            isLast = true
            return []
        // What follows an answer that was the last, the rest of what was refused, and answers that come too late.
        case (.head, _), (.body, _), (.end, _), (.gathered, _), (.made, _), (.written, _), (.malformed, _): return []
        }
    }

    private mutating func begin(_ request: FrontRequest) -> [Action] {
        served += 1
        isHeadOnly = request.method == "HEAD"
        // The metrics have no length that a head could say: what follows one would be read as the next answer.
        if !request.isKeptAlive || isHeadOnly || served >= requests { isLast = true }
        let verdict = ScrapeRules.verdict(on: request)
        // A body that is not wanted is not waited for.
        if request.hasBody, case .answer(let answer) = verdict { return refuse(answer) }
        phase = .receiving(verdict)
        return []
    }

    /// Answers in the midst of a request, and ends the connection: what still comes of the request is nobody's.
    private mutating func refuse(_ answer: FrontAnswer) -> [Action] {
        phase = .leaving
        return [.wait(.clientsEnd), .answer(answer, headOnly: isHeadOnly, closing: true)]
    }

    private mutating func finish(_ answer: FrontAnswer, hasMore: Bool) -> [Action] {
        if isLast { return refuse(answer) }
        let headOnly = isHeadOnly
        // The answer comes last: the next request may be given to the state while it is written.
        return rest(hasMore) + [.answer(answer, headOnly: headOnly, closing: false)]
    }

    private mutating func rest(_ hasMore: Bool) -> [Action] {
        phase = hasMore ? .head : .idle
        return [.wait(hasMore ? .wholeRequest : .request)]
    }

    private mutating func close(telling: Bool = true) -> [Action] {
        phase = .closed
        return telling ? [.close] : []
    }
}
