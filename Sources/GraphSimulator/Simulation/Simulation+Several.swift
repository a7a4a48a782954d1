import StrictJSON
import WhatsAppBusiness

extension Simulation {
    /// `GET /?ids=a,b&fields=…`: an object by id. Each id is a call of its own, and one bad id fails the request.
    mutating func several(_ request: GraphRequest, at now: Timestamp) throws(SimulatedError) -> [UInt8] {
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
}
