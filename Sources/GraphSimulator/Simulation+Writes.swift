import StrictJSON
import WhatsAppBusiness

extension Simulation {
    mutating func write(_ request: GraphRequest, _ call: Call, at now: Timestamp) throws(GraphError) -> JSONObject {
        throw .noObject(call.id ?? "", method: request.method)
    }
}
