import Actions
import Foundation
import GraphAPI
import PayloadDocuments
import StrictJSON
import WhatsAppBusiness

/// A file of Meta's, or of those who write about Meta.
struct Payload: Sendable, CustomStringConvertible {
    /// Where it lies below the payloads: `api/waba/openapi__get_basic_account.json`.
    let description: String
    let bytes: [UInt8]

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/payloads")

    static let all: [Payload] = {
        let paths = (FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []).sorted()
        return paths.filter { $0.hasSuffix(".json") }.compactMap { path in
            (try? Data(contentsOf: root.appending(path: path))).map { Payload(description: path, bytes: Array($0)) }
        }
    }()

    func json() throws -> JSONValue { try JSONValue(parsing: bytes) }
    var group: String { String(description.prefix { $0 != "/" }) }
    var folder: String { description.split(separator: "/").dropLast().joined(separator: "/") }

    /// The type of what stands in it, by its folder.
    var type: (any Document.Type)? {
        if description.hasSuffix("get_template_namespace.json") { return WhatsAppBusinessAccount.self }
        if description.contains("template_analytics") { return TemplateAnalytics.self }
        return Self.types[folder]
    }

    private static let types: [String: any Document.Type] = [
        "api/account_number_node": BusinessPhoneNumber.self, "api/activities": Activity.self, "api/block_users": BlockedUser.self,
        "api/business_encryption": EncryptionKey.self, "api/business_profile": BusinessProfile.self,
        "api/business_profile_node": BusinessProfile.self, "api/commerce_settings": CommerceSettings.self,
        "api/compliance_info": ComplianceInfo.self, "api/conversational_automation": ConversationalAutomation.self, "api/flows": Flow.self,
        "api/health_status": BusinessPhoneNumber.self, "api/message_qrdls": QRCode.self, "api/message_templates": MessageTemplate.self,
        "api/official_business_account": OfficialBusinessAccount.self, "api/owned_wabas": WhatsAppBusinessAccount.self,
        "api/phone_number": BusinessPhoneNumber.self, "api/phone_numbers": BusinessPhoneNumber.self,
        "api/phone_settings": BusinessPhoneNumberSettings.self, "api/shared_wabas": WhatsAppBusinessAccount.self,
        "api/solutions": Solution.self, "api/subscribed_apps": FacebookApplication.self, "api/waba": WhatsAppBusinessAccount.self,
        "api/webhook_overrides": FacebookApplication.self,
        "actions/business_profile": SuccessResult.self, "actions/commerce_settings": SuccessResult.self,
        "actions/conversational_automation": SuccessResult.self, "actions/flows": CreatedThing.self, "actions/message_qrdls": QRCode.self,
        "actions/message_templates": CreatedThing.self, "actions/messages": SentMessage.self, "actions/oauth": BusinessToken.self,
        "actions/official_business_account": SuccessResult.self, "actions/phone_number": SuccessResult.self,
        "actions/phone_settings": SuccessResult.self, "actions/subscribed_apps": SuccessResult.self,
    ]
}

/// The reply to a token request, which this project never makes.
struct BusinessToken: Document {
    static let shape = Shape.object(["business_token": .string, "token_type": .string], required: ["business_token"])
    let json: JSONObject
    init(checked json: JSONObject) { self.json = json }
}

/// Answers every request with one response.
struct OneAnswer: Transport {
    let response: HTTPResponse
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { response }

    func client() throws -> GraphClient {
        try GraphClient(
            endpoint: Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: AccessToken("a-token-that-is-nowhere"),
            transport: self)
    }
}
