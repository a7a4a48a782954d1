import GraphAPI
import StrictJSON
import TestTools

/// What is wrong at Meta, on the way to it, or with what may be asked.
enum StormCause: Sendable {
    /// No request arrives.
    case uplink
    /// Every request is answered by 503.
    case down
    case throttled(account: Int)
    case tokenRefused(account: Int)
    /// Others use up nearly all calls that Meta allows the account.
    case shortage(account: Int)
    /// An edge of a number, or all of its own where none is named.
    case forbidden(account: Int, number: Int, edge: String?)
    /// The business limits what all numbers of the account may send.
    case limitedBusiness(account: Int)
}

/// Accounts that all have as many numbers, at a Meta that answers at once and says the same each time, but for what is wrong.
struct StormMeta {
    let accounts: Int
    let numbers: Int
    var cause: StormCause?
    /// How many requests there were, those of a batch each by itself.
    private(set) var requests = 0

    private static let base = "https://graph.example/v25.0/"

    init(accounts: Int, numbers: Int) { (self.accounts, self.numbers) = (accounts, numbers) }

    /// Meta's id of an account. A number's begins with another digit.
    static func id(ofAccount account: Int) -> String { "\(9_000_000 + account)" }
    private static func id(ofNumber number: Int, _ account: Int) -> String { "\(1_000_000 + account)\(100 + number)" }

    mutating func answer(_ request: HTTPRequest) -> Result<HTTPResponse, TransportError> {
        let addresses = request.method == "POST" ? BatchForm.addresses(request.body ?? []) : nil
        requests += addresses?.count ?? 1
        switch cause {
        case .uplink: return .failure(TransportError(.connect, "connection refused"))
        case .down: return .success(HTTPResponse(status: 503, body: Array("<html>Sorry</html>".utf8)))
        default: break
        }
        guard let addresses else { return .success(answer(address: request.url.dropFirst(Self.base.utf8.count))) }
        let items = addresses.map { address in
            let response = answer(address: address[...])
            return BatchForm.item(response.status, response.headers, response.body)
        }
        return .success(HTTPResponse(status: 200, body: JSONValue.array(items).bytes))
    }

    private func answer(address: Substring) -> HTTPResponse {
        let path = address.prefix { $0 != "?" }.split(separator: "/")
        guard let node = path.first, let digits = Int(node) else { return refusal(400, 100, "Unknown path components") }
        let isAccount = node.first == "9"
        let account = isAccount ? digits - 9_000_000 : digits / 1000 - 1_000_000
        let number = isAccount ? nil : digits % 1000 - 100
        let edge = path.count > 1 ? String(path[1]) : ""
        if let refusal = refusal(account, number, edge) { return refusal }
        let body = body(account, number, edge, asksForApps: address.contains("subscribed_apps"))
        return HTTPResponse(status: 200, headers: usage(of: account), body: Array(body.utf8))
    }

    private func refusal(_ account: Int, _ number: Int?, _ edge: String) -> HTTPResponse? {
        switch cause {
        case .throttled(account): refusal(400, 80_008, "There have been too many calls to this WhatsApp Business account")
        case .tokenRefused(account): refusal(401, 190, "Invalid OAuth access token")
        case .forbidden(account, let forbidden, let only) where forbidden == number && (only ?? edge) == edge:
            refusal(403, 200, "Permissions error")
        default: nil
        }
    }

    private func refusal(_ status: Int, _ code: Int, _ message: String) -> HTTPResponse {
        let error: JSONObject = [
            "error": ["code": .integer(code), "message": .string(message), "type": "OAuthException", "fbtrace_id": "A1"]
        ]
        return HTTPResponse(status: status, body: JSONValue.object(error).bytes)
    }

    private func usage(of account: Int) -> [(name: String, value: String)] {
        let percent = if case .shortage(account) = cause { 97 } else { 1 }
        let entry: JSONObject = [
            "type": "whatsapp_business_management", "call_count": .integer(percent), "total_cputime": 1, "total_time": 1,
            "estimated_time_to_regain_access": 0,
        ]
        let usage: JSONObject = [Self.id(ofAccount: account): .array([.object(entry)])]
        return [("x-business-use-case-usage", JSONValue.object(usage).description)]
    }

    private func body(_ account: Int, _ number: Int?, _ edge: String, asksForApps: Bool) -> String {
        switch (edge, number) {
        case ("", nil):
            let apps = #","subscribed_apps":{"data":[{"whatsapp_business_api_data":{"id":"67","name":"app"}}]}"#
            let id = Self.id(ofAccount: account)
            return #"{"id":"\#(id)","name":"Lucky Shrub","status":"ACTIVE","currency":"EUR"\#(asksForApps ? apps : "")}"#
        case ("phone_numbers", _): return #"{"data":[\#((0..<numbers).map { phoneNumber($0, account) }.joined(separator: ","))]}"#
        case ("message_templates", _):
            return #"{"data":[{"id":"3\#(account)","name":"hello","language":"en","status":"APPROVED","category":"UTILITY"}]}"#
        case ("settings", _): return #"{"calling":{"status":"ENABLED"},"storage_configuration":{"status":"DEFAULT"}}"#
        case ("whatsapp_business_profile", _):
            return #"{"data":[{"about":"Open","address":"1 Hacker Way","vertical":"RETAIL","messaging_product":"whatsapp"}]}"#
        case ("whatsapp_commerce_settings", _): return #"{"data":[{"id":"5","is_cart_enabled":true,"is_catalog_visible":true}]}"#
        default: return #"{"data":[]}"#
        }
    }

    private func phoneNumber(_ number: Int, _ account: Int) -> String {
        let id = Self.id(ofNumber: number, account)
        let state = if case .limitedBusiness(account) = cause { "LIMITED" } else { "AVAILABLE" }
        let own = #"{"entity_type":"PHONE_NUMBER","id":"\#(id)","can_send_message":"AVAILABLE"}"#
        let business = #"{"entity_type":"BUSINESS","id":"506","can_send_message":"\#(state)"}"#
        return #"{"id":"\#(id)","display_phone_number":"+1 555 \#(number)","verified_name":"Lucky Shrub","quality_rating":"GREEN","#
            + #""status":"CONNECTED","platform_type":"CLOUD_API","#
            + #""health_status":{"can_send_message":"\#(state)","entities":[\#(own),\#(business)]}}"#
    }
}
