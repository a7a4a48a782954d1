import StrictJSON
import WhatsAppBusiness

/// What a member of a document that is to be written may be. Limits are those of Meta's pages; where they contradict each other, the wider one, for Meta
/// refuses what it does not take.
indirect enum MemberRule: Sendable {
    /// A text of so many characters.
    case text(ClosedRange<Int>)
    /// A boolean.
    case flag
    /// Exactly so many digits.
    case digits(Int)
    /// An address of HTTPS of so many characters at most; empty where that clears it.
    case address(Int)
    /// A list of at most so many, each by a rule.
    case list(Int, MemberRule)
    /// An object with these members and no others; those that must be there.
    case object([String: MemberRule], required: Set<String> = [])
    /// An open tree, whose known members have these types.
    case tree(Shape)
    /// A member that Meta has taken away, and since when.
    case gone(String)

    /// Throws what is wrong with a value.
    func check(_ value: JSONValue, at member: String) throws(MemberError) {
        func wrong(_ problem: String) -> MemberError { MemberError(member, problem) }
        switch self {
        case .text(let limits):
            guard let text = value.string else { throw wrong("should be a string and is \(value.typeName)") }
            let count = text.unicodeScalars.count
            guard count <= limits.upperBound else { throw wrong("has \(count) characters, and at most \(limits.upperBound) are allowed") }
            guard count >= limits.lowerBound else { throw wrong("must not be empty") }
        case .flag: guard value.bool != nil else { throw wrong("should be a boolean and is \(value.typeName)") }
        case .digits(let count):
            guard let text = value.string, text.utf8.count == count, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
                throw wrong("should be a string of \(count) digits")
            }
        case .address(let limit):
            guard let text = value.string else { throw wrong("should be a string and is \(value.typeName)") }
            guard text.unicodeScalars.count <= limit else { throw wrong("has more than \(limit) characters") }
            guard text.isEmpty || text.hasPrefix("https://") && text.utf8.count > 8 else {
                throw wrong("should begin with https://, or be empty to clear it")
            }
        case .list(let limit, let rule):
            guard let elements = value.array else { throw wrong("should be an array and is \(value.typeName)") }
            guard elements.count <= limit else { throw wrong("has \(elements.count) elements, and at most \(limit) are allowed") }
            for (index, element) in elements.enumerated() { try rule.check(element, at: "\(member)[\(index)]") }
        case .object(let members, let required):
            guard let object = value.object else { throw wrong("should be an object and is \(value.typeName)") }
            for inner in object {
                guard let rule = members[inner.name] else {
                    throw MemberError(
                        "\(member).\(inner.name.prefix(64))",
                        "is no member that can be set; those are \(members.keys.sorted().joined(separator: ", "))")
                }
                try rule.check(inner.value, at: "\(member).\(inner.name)")
            }
            for name in required.sorted() where !object.contains(name) { throw MemberError("\(member).\(name)", "is missing") }
        case .tree(let shape):
            guard value.object != nil else { throw wrong("should be an object and is \(value.typeName)") }
            do throws(DocumentError) { try shape.check(value) } catch {
                throw MemberError(
                    ([member] + error.pointer.names).joined(separator: "."), "should be \(error.expected) and is \(error.found)")
            }
        case .gone(let since): throw wrong("can no longer be set: \(since)")
        }
    }
}
