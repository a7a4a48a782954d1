import WhatsAppBusiness

/// What of an answer was not as expected and was recorded all the same: members of another type, things without an id.
struct Oddities: Sendable, Equatable {
    /// Whether things were left out because nothing tells them apart. What seems to be gone may be one of them.
    private(set) var hasStrays = false
    /// The members by their path, with what they are, and the things that they stand in.
    private var members: [String: (what: String, things: Set<String>)] = [:]

    /// So many are named; the reason of a watch is read by people.
    private static let named = 3
    private static let longestID = 40
    private static let longestPath = 120
    private static let mostMembers = 64

    /// Whether everything was as expected.
    var isEmpty: Bool { !hasStrays && members.isEmpty }

    /// A thing was left out.
    mutating func leaveOut() { hasStrays = true }

    /// A member is of another type.
    /// - Parameter thing: what it stands in, where a poll shows several.
    mutating func add(_ oddity: Oddity, of thing: String?) {
        let path = String(oddity.path.joined(separator: "/").prefix(Self.longestPath))
        guard members[path] != nil || members.count < Self.mostMembers else { return }
        let what = "\(oddity.found) instead of \(oddity.expected)"
        members[path, default: (path.isEmpty ? "the thing is \(what)" : what, [])].things.formUnion(thing.map { [$0] } ?? [])
    }

    /// What the watch says: the same words for the same faults, however many things have them.
    var reasons: [String] {
        var reasons: [String] = []
        if !members.isEmpty {
            let told = members.sorted { $0.key < $1.key }.prefix(Self.named).map { path, member in
                "\(path)\(Self.words(member.things)) is \(member.what)"
            }
            reasons.append(Self.listed(told, hasMore: members.count > Self.named))
        }
        if hasStrays { reasons.append("things without an id are left out") }
        return reasons
    }

    private static func words(_ things: Set<String>) -> String {
        guard !things.isEmpty else { return "" }
        let ids = things.sorted().prefix(named).map { $0.count > longestID ? $0.prefix(longestID) + "…" : $0 }
        return " of " + listed(ids, hasMore: things.count > named)
    }

    private static func listed(_ parts: [String], hasMore: Bool) -> String {
        parts.joined(separator: ", ") + (hasMore ? " and others" : "")
    }

    static func == (left: Oddities, right: Oddities) -> Bool { left.reasons == right.reasons }
}
