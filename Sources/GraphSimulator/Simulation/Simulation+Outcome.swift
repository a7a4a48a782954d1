import WhatsAppBusiness

/// What a connection does with a request.
struct Outcome: Sendable {
    /// What is sent; `nil` for a connection that is reset or stays silent.
    var answer: GraphAnswer?
    var fault: Fault?
    var delay: Duration = .zero
}

extension Simulation {
    /// The answer to a request, or what the fault that strikes it makes of that.
    mutating func outcome(of request: GraphRequest, _ call: Call, at now: Timestamp) -> Outcome {
        let strike = strike(call, request)
        let fault = strike.fault
        let latency = platform.latency
        switch fault {
        case .reset, .stall: return Outcome(fault: fault, delay: latency)
        case .status(let status, let body, let type):
            return Outcome(
                answer: GraphAnswer(status: status, headers: [("content-type", type)], body: Array(body.utf8)), fault: fault, delay: latency
            )
        case .redirect(let place):
            return Outcome(answer: GraphAnswer(status: 302, headers: [("location", place)], body: []), fault: fault, delay: latency)
        case .error(let error):
            return Outcome(answer: answer(request, call, fault: error, at: now), fault: fault, delay: latency)
        default: break
        }
        var answer = answer(request, call, at: now)
        for (alteration, edge) in strike.alterations { alteration.apply(to: &answer, of: request, call, at: edge, traceID: traceID) }
        var delay = latency
        switch fault {
        case .body(let text): answer.body = Array(text.utf8)
        case .emptyBody: answer.body = []
        case .halfBody: answer.body = Array(answer.body.prefix(answer.body.count / 2))
        case .oversizedBody(let count):
            answer.body =
                Array(#"{"data":[{"id":""#.utf8) + Array(repeating: UInt8(ascii: "x"), count: max(0, count - 20)) + Array(#""}]}"#.utf8)
        case .garbledBody:
            for index in stride(from: answer.body.count / 3, to: answer.body.count, by: 7) { answer.body[index] ^= 0x15 }
            // No text of UTF-8 holds this byte.
            if !answer.body.isEmpty { answer.body[answer.body.count / 2] = 0xFF }
        case .delay(let more): delay += more
        default: break
        }
        return Outcome(answer: answer, fault: fault, delay: delay)
    }
}
