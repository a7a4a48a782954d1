import StrictJSON
import WhatsAppBusiness

/// What is sent back.
struct GraphAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]
}

/// The platform and what it has counted: a request goes in, an answer comes out. No socket, no clock, no lock.
struct Simulation: Sendable {
    var platform: Platform
    var meter = UsageMeter()
    var faults: [ArmedFault] = []
    /// Where numbers stood when they were last asked for.
    var places: [String: (account: String, index: Int)] = [:]
    /// Requests so far; trace ids are made of it.
    var number = 0
    /// The origin that links begin with.
    var origin = ""
    /// How webhooks come.
    var webhooks = WebhookBehaviour()

    /// Answers one request.
    mutating func answer(_ request: GraphRequest, _ call: Call, fault: SimulatedError? = nil, at now: Timestamp) -> GraphAnswer {
        number += 1
        var usage: [(name: String, value: String)] = []
        // Who cannot be told is not told of usage either.
        var admitted = false
        let result: Result<[UInt8], SimulatedError> = Result { () throws(SimulatedError) -> [UInt8] in
            try admit(request, at: now)
            admitted = true
            // Meta calls an edge that a portfolio does not have a field of it.
            if call.edge == nil, let id = call.id, platform.businesses[id] != nil, request.path.count == 2 {
                throw .noField(request.path[1], on: .business)
            }
            guard call.edge != nil, reaches(request, call) else { throw .noObject(call.id ?? "", method: request.method) }
            usage = try count(call, surcharge: surcharge(request, call), at: now)
            if let fault { throw fault }
            return try body(request, call, at: now)
        }
        if usage.isEmpty, admitted { usage = self.usage(of: call, at: now) }
        var headers = common(request, at: now) + usage
        switch result {
        case .failure(let error): return refuse(error, headers)
        case .success(let body):
            headers.append(("cache-control", "private, no-cache, no-store, must-revalidate"))
            guard request.method == "GET" else { return GraphAnswer(status: 200, headers: headers, body: body) }
            // The tag is of the formatted answer and depends on who asks.
            let tag = "\"" + Digest.sha256(body + (request[header: "user-agent"] ?? "").utf8).prefix(40) + "\""
            headers.append(("etag", tag))
            let matches = (request[header: "if-none-match"] ?? "").split(separator: ",").contains { candidate in
                candidate.drop { $0 == " " }.hasSuffix(tag) || candidate.drop { $0 == " " } == "*"
            }
            return GraphAnswer(status: matches ? 304 : 200, headers: headers, body: matches ? [] : body)
        }
    }

    /// Version, token and proof: what every call must bring.
    private func admit(_ request: GraphRequest, at now: Timestamp) throws(SimulatedError) {
        if let version = request.version, version > platform.versions.upperBound {
            throw SimulatedError(2500, "Unknown path components: /\(version)")
        }
        guard let token = request.token, !token.isEmpty else { throw .noToken }
        guard let state = platform.tokens[token] else { throw .unknownToken }
        if let error = state.error(at: now) { throw error }
        guard let proof = request["appsecret_proof"] else {
            if platform.app.requiresProof { throw .noProof }
            return
        }
        guard let secret = platform.app.secret else { return }
        var message = token
        if let time = request["appsecret_time"] {
            guard let seconds = Int64(time), abs(now.milliseconds / 1000 - seconds) <= 300 else { throw .wrongProof }
            message += "|" + time
        }
        guard proof == Digest.hmac(key: secret, message: message) else { throw .wrongProof }
    }

    private func reaches(_ request: GraphRequest, _ call: Call) -> Bool {
        guard let account = call.account, let token = request.token else {
            return call.id == nil || call.edge == .business || call.edge?.item == .account
        }
        return platform.tokens[token]?.reaches(account) ?? false
    }

    /// Counts the call and refuses it beyond the budget. A batch counts by what is in it.
    private mutating func count(
        _ call: Call, surcharge: Int, at now: Timestamp
    ) throws(SimulatedError) -> [(name: String, value: String)] {
        guard call.edge != .batch, call.edge != .several else { return [] }
        let bucket = self.bucket(call)
        var calls = 0
        for _ in 0...surcharge { calls = meter.count(bucket, at: now) }
        let budget = self.budget(call)
        guard calls <= budget.callsPerHour else { throw budget.error(accountsOwn: call.account != nil) }
        return usage(of: call, at: now)
    }

    private func bucket(_ call: Call) -> UsageMeter.Bucket {
        guard let account = call.account else { return UsageMeter.Bucket(owner: "", type: .app) }
        return UsageMeter.Bucket(owner: account, type: call.edge?.usageType ?? .management)
    }

    private func budget(_ call: Call) -> SimulatedBudget {
        guard let account = call.account.flatMap({ platform.accounts[$0] }) else { return platform.app.budget }
        return account.budget(call.edge?.usageType ?? .management)
    }

    /// The usage header, as it stands after the call.
    private func usage(of call: Call, at now: Timestamp) -> [(name: String, value: String)] {
        let bucket = self.bucket(call)
        let budget = self.budget(call)
        let calls = meter.count(of: bucket, at: now)
        let minutes = meter.minutesToRegain(bucket, budget: budget.callsPerHour, at: now)
        let name = bucket.type == .app ? "x-app-usage" : "x-business-use-case-usage"
        func entry(_ percent: Int, _ minutes: Int) -> JSONObject {
            var entry: JSONObject = [
                "call_count": .integer(percent), "total_cputime": .integer(percent / 4), "total_time": .integer(percent / 4),
            ]
            if bucket.type != .app {
                entry["type"] = .string(bucket.type.rawValue)
                entry["estimated_time_to_regain_access"] = .integer(minutes)
            }
            return entry
        }
        func value(_ entries: [JSONObject]) -> String {
            if bucket.type == .app { return JSONValue.object(entries.last ?? [:]).description }
            return JSONValue.object([bucket.owner: .array(entries.map { .object($0) })]).description
        }
        switch budget.header {
        case .missing: return []
        case .malformed: return [(name, #"{"\#(bucket.owner)":[{"type""#)]
        case .normal: return [(name, value([entry(budget.percent(calls), minutes)]))]
        case .duplicated: return [(name, value([entry(0, 0), entry(budget.percent(calls), minutes)]))]
        case .fixed(let percent, let minutes): return [(name, value([entry(percent, minutes)]))]
        }
    }
}
