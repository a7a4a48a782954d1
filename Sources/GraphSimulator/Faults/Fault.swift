/// What goes wrong with a call.
public enum Fault: Sendable, Equatable {
    /// A bare status with a body that is no JSON, as proxies send it.
    case status(Int, body: String = "<html><body><h1>Bad Gateway</h1></body></html>", contentType: String = "text/html")
    /// An error in Meta's envelope, with the usual headers. It is counted as a call.
    case error(SimulatedError)
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
    /// The right answer with something changed in it.
    case altered(Alteration)
    /// Lists are served in another way; it lasts, and hinders no other fault.
    case serving(ServingChange)
    /// An edge inside a node is answered in another way; it lasts, and hinders no other fault.
    case expanding(ExpansionBehaviour)
    /// Batches are answered in another way; it lasts, and hinders no other fault.
    case batching(BatchBehaviour)

    /// Whether it is a way of serving rather than something that strikes a call.
    var lasts: Bool {
        switch self {
        case .serving, .expanding, .batching: true
        default: false
        }
    }

    /// An error in Meta's envelope.
    public static func error(_ code: Int, subcode: Int? = nil, message: String = "An error was set", http: Int = 400) -> Fault {
        .error(SimulatedError(code, subcode: subcode, message, status: http))
    }
}

/// Another way of serving lists.
public enum ServingChange: Sendable, Equatable {
    /// `since` and `until` are heeded, with these ends.
    case windowEnds(WindowEnds)
    /// So many items slip away behind each page of this size at most.
    case shift(Int, page: Int)
    /// No page is longer.
    case pages(Int)
    /// Things come in this order.
    case order(ListOrder)

    func apply(to behaviour: inout EdgeBehaviour) {
        switch self {
        case .windowEnds(let ends):
            behaviour.windowEnds = ends
            if behaviour.timeBounds == .ignored { behaviour.timeBounds = .heeded }
        case .shift(let count, let page):
            behaviour.shift = count
            behaviour.maximum = min(behaviour.maximum, page)
        case .order(let order): behaviour.order = order
        case .pages(let size): behaviour.maximum = min(behaviour.maximum, size)
        }
    }
}

/// A fault that waits for the calls that it strikes.
struct ArmedFault: Sendable {
    var fault: Fault
    var match: EdgeMatch
    /// How many more calls it strikes; `nil` means every one.
    var left: Int?
    /// How many calls that match it lets pass first.
    var skip = 0
    /// It strikes one of so many calls that match, beginning with the first.
    var every = 1
    /// How many calls have matched.
    var matched = 0

    /// Whether it strikes a call that matches, which is used up by that.
    mutating func strikes() -> Bool {
        matched += 1
        guard matched > skip, (matched - skip - 1) % every == 0 else { return false }
        left = left.map { $0 - 1 }
        return true
    }
}

/// What strikes a call.
struct Strike: Sendable {
    var fault: Fault?
    var alterations: [(alteration: Alteration, edge: SimulatedEdge?)] = []
}

extension Simulation {
    /// The fault that strikes a call, the one set last first; alterations strike together, in the order in which they were set.
    mutating func strike(_ call: Call, _ request: GraphRequest) -> Strike {
        var strike = Strike()
        for index in faults.indices.reversed() {
            let armed = faults[index]
            if armed.fault.lasts { continue }
            if case .altered(let alteration) = armed.fault {
                guard armed.match.matches(call, request, expanded: true), faults[index].strikes() else { continue }
                strike.alterations.insert((alteration, armed.match.edge), at: 0)
            } else if strike.alterations.isEmpty, armed.match.matches(call, request, expanded: false), faults[index].strikes() {
                strike.fault = armed.fault
                break
            }
        }
        faults.removeAll { $0.left ?? 1 <= 0 }
        return strike
    }

    /// How an edge serves its list at present. `largest`: as inside a node, where no page is longer.
    func behaviour(of edge: SimulatedEdge, largest: Int? = nil) -> EdgeBehaviour {
        var behaviour = platform[behaviour: edge]
        if let largest {
            behaviour.maximum = min(behaviour.maximum, largest)
            if behaviour.paging == .none { behaviour.paging = .cursor(.item) }
        }
        for armed in faults where armed.match.edge == nil || armed.match.edge == edge {
            if case .serving(let change) = armed.fault { change.apply(to: &behaviour) }
        }
        return behaviour
    }
}
