import StrictJSON
import WhatsAppBusiness

/// A document of any shape.
struct Anything: Document {
    static let shape = Shape.anything
    let json: JSONObject
    init(checked json: JSONObject) { self.json = json }
}
