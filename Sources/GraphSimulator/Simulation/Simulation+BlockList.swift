import StrictJSON

extension Simulation {
    /// How many users a number can block, and how many one request can name (Meta's guide to blocking users).
    static let blockListLimit = 64_000
    static let blockRequestLimit = 1000

    /// Blocks or unblocks. When some fail the answer is an HTTP 400 whose body also tells who did not.
    mutating func writeBlockList(_ request: GraphRequest, _ call: Call) throws(SimulatedError) -> JSONObject {
        try requireProduct(request)
        guard let users = request.value("block_users")?.array, (1...Self.blockRequestLimit).contains(users.count) else {
            throw .parameter("block_users must name 1 to \(Self.blockRequestLimit) users")
        }
        let blocks = request.method == "POST"
        let (done, failed) = try change(call) { number throws(SimulatedError) in
            var done: [JSONValue] = []
            var failed: [JSONValue] = []
            for user in users {
                var entry = BlockEntry(user)
                if let error = entry.apply(blocks: blocks, to: &number) { entry.document["errors"] = [.object(error)] }
                if entry.document[member: "errors"] == nil {
                    done.append(.object(entry.document))
                } else {
                    failed.append(.object(entry.document))
                }
            }
            return (done, failed)
        }
        var lists: JSONObject = [:]
        if !done.isEmpty { lists[blocks ? "added_users" : "removed_users"] = .array(done) }
        if !failed.isEmpty { lists["failed_users"] = .array(failed) }
        let body: JSONObject = ["messaging_product": "whatsapp", "block_users": .object(lists)]
        guard !failed.isEmpty else { return body }
        throw SimulatedError(
            139_100, "(#139100) Failed to block/unblock users",
            data: ["details": .string("Failed to \(blocks ? "block" : "unblock") some users")], beside: body)
    }
}

/// One user of a block list's write.
private struct BlockEntry {
    /// `input` with what it was understood as: `wa_id` or `user_id`, or neither.
    var document: JSONObject
    private var key: String?

    init(_ value: JSONValue) {
        let input = value["user"]?.string ?? value["user_id"]?.string ?? ""
        document = ["input": .string(input)]
        let digits = input.filter { $0.isASCII && $0.isNumber }
        let plain = input.allSatisfy { ($0.isASCII && $0.isNumber) || "+-() ".contains($0) }
        if plain, (7...15).contains(digits.count) {
            document["wa_id"] = .string(digits)
            key = digits
        } else if input.contains("."), input.prefix(2).allSatisfy({ $0.isUppercase }) {
            // A business-scoped user id: the country, a point, letters and digits.
            document["user_id"] = .string(input)
            key = input
        }
    }

    /// Does it. The error, if it cannot be done.
    func apply(blocks: Bool, to number: inout PhoneNumber) -> JSONObject? {
        guard let key else { return Self.error(131_026, "Message undeliverable", "The user is not on WhatsApp") }
        guard blocks else {
            number.blockedUsers.remove(key)
            return nil
        }
        if let recent = number.recentUsers, !recent.contains(key) {
            return Self.error(131_047, "Re-engagement required", "User has not messaged in the last 24 hours")
        }
        guard number.blockedUsers.count < Simulation.blockListLimit else {
            return Self.error(139_101, "Blocklist limit reached", "At most \(Simulation.blockListLimit) users can be blocked")
        }
        // Who is blocked already is told as blocked.
        number.blockedUsers.insert(key)
        return nil
    }

    private static func error(_ code: Int, _ message: String, _ details: String) -> JSONObject {
        ["message": .string(message), "code": .integer(code), "error_data": ["details": .string(details)]]
    }
}
