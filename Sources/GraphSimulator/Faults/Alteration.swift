import StrictJSON
import WhatsAppBusiness

/// How the right answer is changed: what a named fault makes of its parameters.
public struct Alteration: Sendable, Equatable {
    let name: String
    let parameters: JSONObject
    let change: @Sendable (inout AlteredAnswer) -> Void

    /// Two with one name and the same parameters do the same.
    public static func == (left: Alteration, right: Alteration) -> Bool {
        left.name == right.name && left.parameters == right.parameters
    }

    /// Changes an answer. `edge`: only the things of that edge are changed.
    func apply(to answer: inout GraphAnswer, of request: GraphRequest, _ call: Call, at edge: SimulatedEdge?, traceID: String) {
        var altered = AlteredAnswer(request: request, call: call, edge: edge, traceID: traceID, answer: answer)
        change(&altered)
        answer = altered.finished()
    }
}

/// An answer while it is changed. Only a good answer with a JSON object has things and lists.
struct AlteredAnswer {
    let request: GraphRequest
    let call: Call
    /// Whose things are changed; `nil` means every thing's.
    let edge: SimulatedEdge?
    let traceID: String
    var answer: GraphAnswer
    private var json: JSONValue?
    private var isChanged = false

    /// Stands in a text where half a surrogate pair is to be written. It is for private use, and in no text of the simulator's.
    static let halfPair = "\u{F8FE}"
    /// The half that is written there.
    var halfPairUnit = "d83c"

    init(request: GraphRequest, call: Call, edge: SimulatedEdge?, traceID: String, answer: GraphAnswer) {
        self.request = request
        self.call = call
        self.edge = edge
        self.traceID = traceID
        self.answer = answer
        let limits = JSONLimits(bytes: 1 << 30, values: 10_000_000)
        json = answer.status == 200 && request.method == "GET" ? try? JSONValue(parsing: answer.body, limits: limits) : nil
    }

    func finished() -> GraphAnswer {
        guard isChanged, let json else { return answer }
        var result = answer
        result.body = json.graphJSON
        let mark = #"\uf8fe"#
        if let text = String(validating: result.body, as: UTF8.self), text.contains(mark) {
            result.body = Array(text.replacing(mark, with: #"\u\#(halfPairUnit)"#).utf8)
        }
        return result
    }

    /// Gives an error instead.
    mutating func refuse(_ error: SimulatedError) {
        answer = GraphAnswer(
            status: error.status, headers: answer.headers.filter { $0.name != "etag" },
            body: JSONValue.object(error.body(traceID: traceID)).graphJSON)
        json = nil
    }

    /// Replaces the whole document.
    mutating func document(_ change: (JSONValue) -> JSONValue) {
        guard let whole = json else { return }
        json = change(whole)
        isChanged = true
    }

    /// Changes every thing, those inside others as well.
    mutating func things(_ change: (inout JSONObject, SimulatedEdge?) -> Void) {
        guard var whole = json else { return }
        let (wanted, root) = (edge, call.edge)
        Self.walk(&whole, of: root) { object, edge in
            if wanted == nil || wanted == edge { change(&object, edge) }
        } lists: { _, _ in
        }
        document { _ in whole }
    }

    /// Changes every list of things.
    mutating func lists(_ change: (inout [JSONValue]) -> Void) {
        guard var whole = json else { return }
        let (wanted, root) = (edge, call.edge)
        Self.walk(&whole, of: root) { _, _ in
        } lists: { items, edge in
            if wanted == nil || wanted == edge { change(&items) }
        }
        document { _ in whole }
    }

    /// Changes every member at whatever depth of every thing, by its name.
    mutating func members(_ change: (String, JSONValue) -> JSONValue?) {
        // The whole document holds the things inside others: once is enough.
        guard edge != nil else { return document { Self.inner($0, "", change) } }
        things { object, _ in object = Self.changed(object, change) }
    }

    /// Changes a header, or adds it.
    mutating func header(_ name: String, _ change: (String?) -> String?) {
        let present = answer.headers.first { $0.name == name }?.value
        answer.headers.removeAll { $0.name == name }
        if let value = change(present) { answer.headers.append((name, value)) }
    }

    private static func changed(_ object: JSONObject, _ change: (String, JSONValue) -> JSONValue?) -> JSONObject {
        JSONObject(
            object.compactMap { member in
                guard let value = change(member.name, member.value) else { return nil }
                return (member.name, inner(value, member.name, change))
            })
    }

    private static func inner(_ value: JSONValue, _ name: String, _ change: (String, JSONValue) -> JSONValue?) -> JSONValue {
        switch value {
        case .object(let object): return .object(changed(object, change))
        case .array(let elements):
            return .array(
                elements.map { element in
                    if case .object = element { return inner(element, name, change) }
                    return element
                })
        default: return value
        }
    }

    /// Goes through the things and lists of an answer, the innermost first.
    private static func walk(
        _ value: inout JSONValue, of edge: SimulatedEdge?, things: (inout JSONObject, SimulatedEdge?) -> Void,
        lists: (inout [JSONValue], SimulatedEdge?) -> Void
    ) {
        guard var object = value.object else { return }
        if edge?.isWrapped == true, var items = object[member: "data"]?.array {
            for index in items.indices { thing(&items[index], of: edge, things: things, lists: lists) }
            if edge?.item != nil { lists(&items, edge) }
            object["data"] = .array(items)
            value = .object(object)
        } else {
            thing(&value, of: edge, things: things, lists: lists)
        }
    }

    private static func thing(
        _ value: inout JSONValue, of edge: SimulatedEdge?, things: (inout JSONObject, SimulatedEdge?) -> Void,
        lists: (inout [JSONValue], SimulatedEdge?) -> Void
    ) {
        guard var object = value.object else { return }
        for (name, edge) in edge?.node?.edges ?? [:] {
            guard var inner = object[member: name] else { continue }
            walk(&inner, of: edge, things: things, lists: lists)
            object[name] = inner
        }
        things(&object, edge)
        value = .object(object)
    }
}

extension SimulatedEdge {
    /// The kind of its things, where that kind has edges of its own.
    var node: NodeKind? {
        switch self {
        case .account, .ownedAccounts, .clientAccounts: .account
        case .phoneNumber, .phoneNumbers: .phoneNumber
        default: nil
        }
    }

    /// Whether its things stand in `data`.
    var isWrapped: Bool {
        switch self {
        case .profile, .commerceSettings, .qrCode, .encryption, .complianceInfo: true
        default: item != nil || isPlain && served?.form == .single
        }
    }
}

extension JSONObject {
    /// Changes the member at a place, in every element where the way leads through an array; `nil` takes it away.
    /// Nothing happens where the way there does not exist, nor where the member itself is missing, unless it may be added.
    mutating func change(at path: ArraySlice<String>, adding: Bool, _ change: (JSONValue?) -> JSONValue?) {
        guard let name = path.first else { return }
        let present = self[member: name]
        if path.count == 1 {
            if present != nil || adding { self[name] = change(present) }
            return
        }
        switch present {
        case .object(var inner)?:
            inner.change(at: path.dropFirst(), adding: adding, change)
            self[name] = .object(inner)
        case .array(let elements)?:
            self[name] = .array(
                elements.map { element in
                    guard var inner = element.object else { return element }
                    inner.change(at: path.dropFirst(), adding: adding, change)
                    return .object(inner)
                })
        default: return
        }
    }

    /// What a thing is known by.
    var thingKey: String? {
        for name in ["id", "code", "wa_id", "user_id"] {
            if let text = self[member: name]?.string { return text }
        }
        return self[member: "whatsapp_business_api_data"]?["id"]?.string
    }
}
