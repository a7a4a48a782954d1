import StrictJSON
import WhatsAppBusiness

extension Simulation {
    /// How many requests a batch holds at most (Meta's guide to batch requests).
    static let batchLimit = 50

    /// `POST /` with `batch`: an array in the order of the requests. Each request is a call of its own.
    mutating func batch(_ request: GraphRequest, at now: Timestamp) throws(SimulatedError) -> [UInt8] {
        guard let parts = request.value("batch")?.array, (1...Self.batchLimit).contains(parts.count) else {
            throw .parameter("Too many requests in batch message. Maximum batch size is \(Self.batchLimit)")
        }
        let behaviour = batchBehaviour
        var answers: [JSONValue] = []
        for part in parts { answers.append(try one(of: part, in: request, behaviour, at: now)) }
        answers.removeLast(min(behaviour.lost, answers.count))
        if behaviour.isReversed { answers.reverse() }
        return JSONValue.array(answers).graphJSON
    }

    /// How a batch is answered at present. The fault that was set last is what counts.
    private var batchBehaviour: BatchBehaviour {
        for armed in faults.reversed() {
            if case .batching(let behaviour) = armed.fault { return behaviour }
        }
        return platform.batches
    }

    /// `{"code":…,"headers":[…],"body":…}`, or `null` for what would not have come in time: a fault strikes an item as it strikes a request of its own.
    private mutating func one(
        of part: JSONValue, in request: GraphRequest, _ behaviour: BatchBehaviour, at now: Timestamp
    ) throws(SimulatedError) -> JSONValue {
        guard let method = part["method"]?.string, let target = part["relative_url"]?.string else {
            throw .parameter("Each request of a batch needs method and relative_url")
        }
        let body = Array((part["body"]?.string ?? "").utf8)
        let form = [(name: "content-type", value: "application/x-www-form-urlencoded")]
        var one = try GraphRequest(method: method, target: target, headers: body.isEmpty ? [] : form, body: body)
        one.version = one.version ?? request.version
        for name in ["access_token", "appsecret_proof", "appsecret_time"] where one[name] == nil {
            if let value = name == "access_token" ? request.token : request[name] { one.query.append((name, value)) }
        }
        let call = resolve(one)
        // One batch holds no other.
        guard call.edge != .batch, call.edge != .several else { throw .parameter("A batch cannot hold another") }
        let outcome = outcome(of: one, call, at: now)
        guard let answer = outcome.answer, !outcome.isLate else { return .null }
        var result: JSONObject = ["code": .integer(answer.status)]
        if request["include_headers"] != "false" {
            let told = answer.headers.filter { behaviour.tellsUsage || !Self.usageHeaders.contains($0.name) }
            result["headers"] = .array(told.map { ["name": .string($0.name), "value": .string($0.value)] })
        }
        switch behaviour.body {
        case .text: result["body"] = .string(String(decoding: answer.body, as: UTF8.self))
        case .object: result["body"] = (try? JSONValue(parsing: answer.body)) ?? .null
        case .broken: result["body"] = .string(String(decoding: answer.body.dropLast(), as: UTF8.self))
        case .missing: break
        }
        return .object(result)
    }

    private static let usageHeaders: Set<String> = ["x-business-use-case-usage", "x-app-usage"]
}

extension Outcome {
    /// Whether the whole answer would not have been there in time.
    fileprivate var isLate: Bool {
        switch fault {
        case .stallInBody, .truncatedBody, .delay: true
        default: false
        }
    }
}
