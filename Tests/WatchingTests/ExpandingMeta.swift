import Changes
import FoundationEssentials
import StrictJSON
import Synchronization
import WhatsAppBusiness

@testable import Watching

/// A Meta whose numbers and account give the things of other edges as fields, and what may be odd about that.
final class ExpandingMeta: Sendable {
    /// A field that is asked for, with the fields inside it.
    struct Field {
        var name: String
        var inner: [Field] = []

        /// Reads `a,b.limit(5){c,d}`.
        static func list(_ text: inout Substring) -> [Field] {
            var fields: [Field] = []
            while let first = text.first, first != "}" {
                if first == "," { text.removeFirst() }
                let name = text.prefix { !",{}".contains($0) }
                text = text.dropFirst(name.count)
                var field = Field(name: String(name.prefix { $0 != "." }))
                if text.first == "{" {
                    text.removeFirst()
                    field.inner = list(&text)
                    text = text.dropFirst()
                }
                fields.append(field)
            }
            return fields
        }
    }

    struct State {
        var numbers: [String]
        var account: JSONObject = ["id": "102", "name": "Acme", "status": "ACTIVE"]
        /// By edge and, for those of numbers, `edge/number`: what stands in `data`, or the node where there is no array.
        var things: [String: JSONValue] = [:]
        /// What comes as a field of the node, and in another form than at its own edge.
        var given = Set(["phone_numbers", "message_templates"] + ofNumbers)
        var rewrite: @Sendable (_ field: String, _ number: String?, JSONValue) -> JSONValue? = { $2 }
        /// Replaces an answer, given what is asked for beside the node's own fields.
        var fault: @Sendable (AnswerStage.Asked, Set<String>) -> AnswerStage.Reply? = { _, _ in nil }
        /// What an answer with other edges in it counts as, and the calls that make a hundred percent.
        var callsPerExpansion = 1
        var budget = 5000
        var calls: [(at: Int64, calls: Int)] = []
    }

    static let ofNumbers = ["settings", "whatsapp_business_profile", "whatsapp_commerce_settings", "message_qrdls", "block_users"]
    static let ofAccount = ["phone_numbers", "message_templates", "subscribed_apps"]
    let state: Mutex<State>

    /// An account with so many numbers, each of which has something of each kind.
    init(numbers count: Int) {
        var state = State(numbers: (0..<count).map { "7\($0)" })
        for number in state.numbers {
            state.things["settings/\(number)"] = ["calling": ["status": "ENABLED"]]
            state.things["whatsapp_business_profile/\(number)"] = [
                ["about": .string("we sell \(number)"), "messaging_product": "whatsapp"]
            ]
            state.things["whatsapp_commerce_settings/\(number)"] = [["id": "5", "is_cart_enabled": true, "is_catalog_visible": false]]
            state.things["message_qrdls/\(number)"] = [["code": .string("C\(number)"), "prefilled_message": "hello"]]
            state.things["block_users/\(number)"] = [["messaging_product": "whatsapp", "wa_id": "49123"]]
        }
        state.things["message_templates"] = [["id": "900", "name": "greeting", "language": "de", "status": "APPROVED"]]
        state.things["subscribed_apps"] = [["whatsapp_business_api_data": ["id": "55", "name": "an app"]]]
        self.state = Mutex(state)
    }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    /// A stage before it.
    func with(_ body: (AnswerStage) async throws -> Void) async throws {
        let clock = Mutex<StageClock?>(nil)
        try await AnswerStage.with({ self.answer($0, now: clock.withLock { $0?.now } ?? Moment(nanoseconds: 0)) }) { stage in
            clock.withLock { $0 = stage.clock }
            try await body(stage)
        }
    }

    private func answer(_ asked: AnswerStage.Asked, now: Moment) -> AnswerStage.Reply {
        var text = Substring(asked.fields.joined(separator: ","))
        let fields = Field.list(&text)
        return state.withLock { state in
            let parts = asked.path.split(separator: "/").map(String.init)
            let edge = parts.count > 1 ? parts[1] : ""
            let beside = Self.expansions(fields, of: edge)
            state.calls.append((now.nanoseconds, beside.isEmpty ? 1 : state.callsPerExpansion))
            state.calls.removeAll { $0.at <= now.nanoseconds - 3_600_000_000_000 }
            let percent = state.calls.map(\.calls).reduce(0, +) * 100 / state.budget
            var reply = state.fault(asked, beside) ?? AnswerStage.Reply(body: Self.body(parts, edge, fields, state).description)
            reply.headers.append(
                (
                    "x-business-use-case-usage",
                    "{\"102\":[{\"type\":\"whatsapp_business_management\",\"call_count\":\(percent),\"total_cputime\":0,\"total_time\":0}]}"
                ))
            return reply
        }
    }

    /// The other edges that are asked for as fields, at whatever depth.
    private static func expansions(_ fields: [Field], of edge: String) -> Set<String> {
        let known = Set(edge == "phone_numbers" ? ofNumbers : edge.isEmpty ? ["phone_numbers", "message_templates"] : [])
        return fields.reduce(into: []) { found, field in
            guard known.contains(field.name) else { return }
            found.insert(field.name)
            if field.name == "phone_numbers" { found.formUnion(field.inner.map(\.name).filter(ofNumbers.contains)) }
        }
    }

    private static func body(_ parts: [String], _ edge: String, _ fields: [Field], _ state: State) -> JSONValue {
        if edge.isEmpty { return .object(node(state.account, fields, ofAccount, nil, state)) }
        if edge == "phone_numbers" { return ["data": numbers(fields, state)] }
        let thing = state.things[edge] ?? state.things["\(edge)/\(parts[0])"] ?? []
        return thing.array == nil ? thing : ["data": thing]
    }

    private static func numbers(_ fields: [Field], _ state: State) -> JSONValue {
        .array(
            state.numbers.map { number in
                let document: JSONObject = ["id": .string(number), "display_phone_number": .string("+1 \(number)"), "status": "CONNECTED"]
                return .object(node(document, fields, ofNumbers, number, state))
            })
    }

    /// A node with what it gives of its edges.
    private static func node(_ document: JSONObject, _ fields: [Field], _ edges: [String], _ number: String?, _ state: State) -> JSONObject
    {
        var document = document
        for field in fields where edges.contains(field.name) && (state.given.contains(field.name) || field.name == "subscribed_apps") {
            var thing =
                field.name == "phone_numbers"
                ? numbers(field.inner, state) : state.things[number.map { "\(field.name)/\($0)" } ?? field.name]
            if let value = thing, value.array != nil { thing = ["data": value] }
            document[field.name] = thing.flatMap { state.rewrite(field.name, number, $0) }
        }
        return document
    }
}
