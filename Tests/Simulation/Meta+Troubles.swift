import Changes
import GraphAPI
import StrictJSON
import TestTools
import Watching
import WhatsAppBusiness

extension Meta {
    func error(_ code: Int, _ message: String, subcode: Int? = nil) -> JSONValue {
        var error: JSONObject = ["code": .integer(code), "message": .string(message), "type": "OAuthException", "fbtrace_id": "A1"]
        error["error_subcode"] = subcode.map { .integer($0) }
        return .object(["error": .object(error)])
    }

    /// What trouble looks like.
    func answer(_ trouble: Trouble, _ asked: Asked) -> Result<HTTPResponse, TransportError> {
        let account = asked.account
        func text(_ status: Int, _ text: String) -> Result<HTTPResponse, TransportError> {
            .success(HTTPResponse(status: status, body: Array(text.utf8)))
        }
        switch trouble {
        case .timeout: return .failure(TransportError(.timeout, "no answer came in time"))
        case .reset: return .failure(TransportError(.reset, "the connection ended"))
        case .serverError: return text(dice.pick([500, 502, 503]), "")
        case .errorPage: return text(503, "<html>Sorry</html>")
        case .transientCode: return respond(500, error(dice.pick([1, 2]), "Service temporarily unavailable"), account)
        case .page: return text(200, "<html>Log in</html>")
        case .truncated: return text(200, #"{"data":[{"id":"1"#)
        case .repeatedMember: return text(200, #"{"data":[],"data":[{"id":"1"}]}"#)
        case .redirect: return .failure(TransportError(.redirect, "the answer sends us elsewhere"))
        case .wrongShape:
            let ill: [String] =
                switch asked.edge.form {
                case .node: [#"{"id":7.5}"#, #"{"data":[]}"#]
                case .single: [#"{"data":[{"website":{},"cart":1}]}"#, #"{"data":{}}"#, #"{"data":[1]}"#, #"{"data":[{},{}]}"#]
                case .list: [#"{"data":{}}"#, #"{"data":1}"#, #"{"data":null}"#]
                }
            return text(200, dice.pick(ill + ["[]", "", "null"]))
        case .notFound: return respond(400, error(100, "Unsupported get request", subcode: 33), account)
        case .forbidden: return respond(403, error(dice.pick([10, 200]), "Permission denied"), account)
        case .policy: return respond(400, error(368, "Temporarily blocked"), account)
        case .throttled:
            let until = account.throttledUntil ?? stage.now + .seconds(300)
            account.throttledUntil = until
            throttled.append((account.plan.name, Span(start: stage.now, end: until)))
            let minutes = (until - stage.now).milliseconds / 60_000 + 1
            return respond(400, error(dice.pick([80007, 80008, 4]), "Too many calls"), account, minutesToRegain: Int(minutes))
        case .unauthorized: return respond(401, error(190, "Invalid OAuth access token"), account)
        case .refusedField, .refusedRide, .tooLarge:
            return respond(500, error(1, "Please reduce the amount of data you're asking for, then retry your request"), account)
        case .notModified: return .success(HTTPResponse(status: 304, headers: [("facebook-api-version", account.version)]))
        case .passingRefusal:
            var envelope =
                error(dice.pick([190, 0, 10, 100, 368, 200]), "An unexpected error has occurred").object?["error"]?.object ?? [:]
            envelope["is_transient"] = true
            return respond(dice.pick([400, 403, 500]), .object(["error": .object(envelope)]), account)
        case .wrongThing:
            let ill: [String] =
                switch asked.target.kind {
                case .account: [#"{"id":"77777","name":"Somebody else","status":"BANNED"}"#, #"{"id":"\#(account.plan.wabaID)"}"#]
                case .businessProfile: [#"{"data":[{"business_profile":{"about":"x"},"id":"90210"}]}"#]
                default: [#"{"data":[{"x":{"calling":{"status":"ENABLED"}},"id":"90210"}]}"#]
                }
            return text(200, dice.pick(ill))
        case .listChanged: return respond(400, error(dice.pick([139_102, 131_059]), "The list changed"), account)
        case .repeatedCursor:
            let link = "https://graph.example/next?after=\(asked.after ?? "")"
            let paging: JSONObject = ["cursors": .object(["after": .string(asked.after ?? "")]), "next": .string(link)]
            return respond(200, .object(["data": [], "paging": .object(paging)]), account)
        }
    }

    /// An answer with the headers that every answer has.
    func respond(
        _ status: Int, _ body: JSONValue, _ account: Account, etag asked: Asked? = nil, minutesToRegain: Int = 0
    ) -> Result<HTTPResponse, TransportError> {
        if account.version != "v25.0", truth.upgraded[account.plan.name] == nil { truth.upgraded[account.plan.name] = stage.now }
        var headers = [(name: "facebook-api-version", value: account.version)]
        let bytes = has(.halfPairs) ? halved(body.bytes) : body.bytes
        if account.tellsUsage || minutesToRegain > 0 {
            let hourAgo = stage.now + .seconds(-3600)
            let calls = account.calls.reversed().prefix { $0 > hourAgo }.count + account.plan.others
            let usage: JSONObject = [
                "call_count": .integer(min(100, (100 * calls + account.plan.quota - 1) / account.plan.quota)), "total_cputime": 1,
                "total_time": 1,
                "type": "whatsapp_business_management", "estimated_time_to_regain_access": .integer(minutesToRegain),
            ]
            let whole = foreignUsage(account, [account.plan.wabaID: [.object(usage)]])
            if let whole { headers.append(("x-business-use-case-usage", JSONValue.object(whole).description)) }
        } else if let usage = foreignUsage(account, nil) {
            headers.append(("x-business-use-case-usage", JSONValue.object(usage).description))
        }
        if let asked, account.etags != .none {
            let tag = "\"\(bytes.reduce(into: UInt64(0xcbf2_9ce4_8422_2325)) { $0 = ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })\""
            headers.append(("etag", tag))
            if account.etags == .honoured, asked.etag == tag { return .success(HTTPResponse(status: 304, headers: headers)) }
        }
        return .success(HTTPResponse(status: status, headers: headers, body: bytes))
    }

    /// The same text, with half a surrogate pair where a reader is to see U+FFFD.
    private func halved(_ bytes: [UInt8]) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBF, 0xBD]
        guard bytes.contains(0xEF), dice.chance(0.7) else { return bytes }
        var result: [UInt8] = []
        var rest = bytes[...]
        while let first = rest.first {
            if rest.starts(with: mark) {
                result.append(contentsOf: #"\ud83c"#.utf8)
                rest = rest.dropFirst(3)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
