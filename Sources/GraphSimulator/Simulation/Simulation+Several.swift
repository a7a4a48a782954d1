import StrictJSON
import WhatsAppBusiness

extension Simulation {
    /// `GET /?ids=a,b&fields=…`: an object by id. Each id is a call of its own, and one bad id fails the request.
    mutating func several(_ request: GraphRequest, at now: Timestamp) throws(GraphError) -> [UInt8] {
        let ids = (request["ids"] ?? "").split(separator: ",").map(String.init)
        guard (1...50).contains(ids.count) else { throw .parameter("Too many IDs. Maximum: 50. Provided: \(ids.count).") }
        var members: [(String, JSONValue)] = []
        for id in ids {
            var one = request
            one.path = [id]
            one.query.removeAll { $0.name == "ids" }
            let answer = self.answer(one, resolve(one), at: now)
            let value = (try? JSONValue(parsing: answer.body)) ?? .null
            guard answer.status == 200 else { throw .noObject(id, method: "get") }
            members.append((id, value))
        }
        return JSONValue.object(JSONObject(members)).graphJSON
    }

    /// `POST /` with `batch`: an array in the order of the requests, each body a JSON text. Each request is a call of its own.
    mutating func batch(_ request: GraphRequest, at now: Timestamp) throws(GraphError) -> [UInt8] {
        let parts = request.value("batch")?.array
        guard let parts, (1...50).contains(parts.count) else {
            throw .parameter("Too many requests in batch message. Maximum batch size is 50")
        }
        var answers: [JSONValue] = []
        for part in parts { answers.append(try one(of: part, in: request, at: now)) }
        return JSONValue.array(answers).graphJSON
    }

    private mutating func one(of part: JSONValue, in request: GraphRequest, at now: Timestamp) throws(GraphError) -> JSONValue {
        guard let method = part["method"]?.string, let target = part["relative_url"]?.string else {
            throw .parameter("Each request of a batch needs method and relative_url")
        }
        let body = Array((part["body"]?.string ?? "").utf8)
        let form = [(name: "content-type", value: "application/x-www-form-urlencoded")]
        var one = try GraphRequest(method: method, target: target, headers: body.isEmpty ? [] : form, body: body)
        one.version = one.version ?? request.version
        for name in ["access_token", "appsecret_proof"] where one[name] == nil {
            if let value = name == "access_token" ? request.token : request[name] { one.query.append((name, value)) }
        }
        let answer = self.answer(one, resolve(one), at: now)
        var result: JSONObject = [
            "code": .integer(answer.status), "body": .string(String(decoding: answer.body, as: UTF8.self)),
        ]
        if request["include_headers"] != "false" {
            result["headers"] = .array(answer.headers.map { ["name": .string($0.name), "value": .string($0.value)] })
        }
        return .object(result)
    }
}
