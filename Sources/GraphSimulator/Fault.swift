/// What goes wrong with a call.
public enum Fault: Sendable, Equatable {
    /// A bare status with a body that is no JSON, as proxies send it.
    case status(Int, body: String = "<html><body><h1>Bad Gateway</h1></body></html>", contentType: String = "text/html")
    /// An error in Meta's envelope, with the usual headers. It is counted as a call.
    case error(GraphError)
    /// The right answer with another body.
    case body(String)
    /// The right answer, cut in the middle and the connection closed: shorter than `content-length` says.
    case truncatedBody
    /// The right answer's first half, with a `content-length` that fits: JSON that ends too early.
    case halfBody
    /// The right answer with bytes that break it.
    case garbledBody
    /// The right status with nothing behind it.
    case emptyBody
    /// A body of this many bytes.
    case oversizedBody(bytes: Int)
    /// HTTP 302 to another place.
    case redirect(to: String)
    /// The connection is reset before an answer (RST).
    case reset
    /// No answer, ever; the connection stays open.
    case stall
    /// The headers and half of the body, then nothing more.
    case stallInBody
    /// The right answer, later.
    case delay(Duration)

    /// An error in Meta's envelope.
    public static func error(_ code: Int, subcode: Int? = nil, message: String = "An error was set", http: Int = 400) -> Fault {
        .error(GraphError(code, subcode: subcode, message, status: http))
    }
}

/// A fault that waits for the calls that it strikes.
struct ArmedFault: Sendable {
    var fault: Fault
    var match: EdgeMatch
    /// How many more calls it strikes; `nil` means every one.
    var left: Int?
}

extension Simulation {
    /// The fault that strikes a call, the one set last first; it is used up by that.
    mutating func fault(for call: Call, method: String) -> Fault? {
        guard let index = faults.lastIndex(where: { $0.match.matches(edge: call.edge, id: call.id, method: method) }) else { return nil }
        let fault = faults[index].fault
        if let left = faults[index].left {
            if left <= 1 { faults.remove(at: index) } else { faults[index].left = left - 1 }
        }
        return fault
    }
}
