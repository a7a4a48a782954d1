import Actions
import PayloadDocuments
import StrictJSON
import TestTools
import WhatsAppBusiness

/// Every type of document that there is.
enum Documents {
    static let all: [any Document.Type] =
        WebhookField.allCases.map(\.valueType) + [
            BusinessPhoneNumber.self, WhatsAppBusinessAccount.self, BusinessProfile.self, BusinessPhoneNumberSettings.self,
            CommerceSettings.self,
            MessageTemplate.self, QRCode.self, BlockedUser.self, FacebookApplication.self, HealthStatus.self, HealthEntity.self,
            ConversationalAutomation.self, WebhookConfiguration.self, WebhookNotification.self, TokenInspection.self,
            UsersBlockedResult.self,
            UsersUnblockedResult.self, SuccessResult.self, SentMessage.self, SentTemplate.self, CreatedThing.self,
            OfficialBusinessAccount.self,
            EncryptionKey.self, ComplianceInfo.self, Username.self, Flow.self, Solution.self, Activity.self, TemplateAnalytics.self,
        ]
}

/// Values that have a shape, and values that have not.
struct MadeUp {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(state: seed) }

    private mutating func one(_ values: [JSONValue]) -> JSONValue { random.pick(values) }

    mutating func value(of shape: Shape) -> JSONValue {
        switch shape {
        case .string: return .string(random.pick(["", "GREEN", "é", "a\u{0}b"]))
        case .id: return one(["107878721936019", 107_878_721_936_019, "A b", 0])
        case .bool: return .bool(random.chance(0.5))
        case .integer: return .integer(Int64(random.below(1_000_000)) - 500_000)
        case .number: return one([7, -1, 0])
        case .time: return one([1_700_000_000, "2023-08-31T19:05:53+0000"])
        case .object(let members, let required):
            var object = JSONObject()
            for name in members.keys.sorted() where required.contains(name) || random.chance(0.7) {
                object[name] = members[name].map { value(of: $0) }
            }
            if random.chance(0.3) { object["member of a later version"] = one([.null, [1, "a"], ["b": 7], true]) }
            return .object(object)
        case .array(let shape): return .array((0..<random.number(1...3)).map { _ in value(of: shape) })
        case .map(let shape): return .object(JSONObject((0..<random.number(1...3)).map { ("k\($0)", value(of: shape)) }))
        case .anything: return one([.null, 7, "a", [true], ["a": 1]])
        }
    }

    /// A value that does not have the shape; `nil` where every value has.
    mutating func wrong(_ shape: Shape) -> JSONValue? {
        switch shape {
        case .string: one([7, true, ["x"], ["x": 1]])
        case .id: one([true, ["x"], ["x": 1]])
        case .bool: one([7, "true", ["x"], ["x": 1]])
        case .integer: one(["7", true, ["x"], ["x": 1]])
        case .number: one(["7", true, ["x"]])
        case .time: one([true, ["x"], ["x": 1]])
        case .object: one([7, "a", true, ["x"]])
        case .array: one([7, "a", true, ["x": 1]])
        case .map: one([7, "a", true, ["x"]])
        case .anything: nil
        }
    }

    /// A document of the shape in which one member somewhere has another one, and where that is.
    mutating func broken(_ shape: Shape) -> (value: JSONValue, pointer: JSONPointer)? {
        switch shape {
        case .object(let members, let required):
            guard var object = value(of: .object(members, required: required)).object else { return nil }
            for name in random.shuffle(members.keys.sorted()) {
                guard let member = members[name] else { continue }
                if random.chance(0.6), let inner = broken(member) {
                    object[name] = inner.value
                    return (.object(object), JSONPointer([name] + inner.pointer.names))
                }
                guard let wrong = wrong(member) else { continue }
                object[name] = wrong
                return (.object(object), JSONPointer([name]))
            }
            return nil
        case .array(let element):
            guard var elements = value(of: shape).array else { return nil }
            let index = random.below(elements.count)
            guard let inner = broken(element) ?? wrong(element).map({ (value: $0, pointer: JSONPointer()) }) else { return nil }
            elements[index] = inner.value
            return (.array(elements), JSONPointer([String(index)] + inner.pointer.names))
        default: return nil
        }
    }
}
