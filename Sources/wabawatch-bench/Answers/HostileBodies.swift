/// Answers as large as the transport lets through, made to cost as much as they can.
enum HostileBodies {
    /// As many bytes as a body may have.
    static let limit = 16 << 20

    /// One at a time, by name: together they would not be small.
    static let all: [(name: String, body: @Sendable () -> [UInt8])] = [
        ("zeros without end", { list("0") }),
        ("empty arrays, the most values", { list("[]", 99_990) }),
        ("empty objects, the most values", { list("{}", 99_990) }),
        ("empty strings, the most values", { list(#""""#, 99_990) }),
        ("objects of one member", { list(#"{"a":0}"#, 49_990) }),
        ("arrays 62 deep", { list(nest(62), 1600) }),
        ("arrays too deep", { Array(repeating: UInt8(ascii: "["), count: limit) }),
        ("one string of escapes", { list(#""\#(repeated(#"\u00e9"#, 16_700_000))""#, 1) }),
        ("strings of escapes, each the longest", { list(#""\#(repeated(#"\u20ac"#, 2_090_000))""#) }),
        ("strings, each the longest", { list(#""\#(repeated("x", 1 << 20))""#) }),
        ("strings of 160 bytes", { list(#""\#(repeated("é", 160))""#, 99_990) }),
        ("strings that fill the body", { list(#""\#(repeated("x", 16))""#) }),
        ("an object of 99,990 members", { object { "\($0)" + repeated("n", 144) } }),
        ("members named by secrets", { object { "access_token=\($0)&\(99_990 - $0)" + repeated("n", 120) } }),
        ("strings of secrets, each the longest", { list(#""access_token=\#(repeated("x", 1_000_000))""#) }),
        ("strings with a secret each", { list(#""access_token=x&\#(repeated("y", 140))""#, 99_990) }),
        ("strings of percent signs", { list(#""\#(repeated("%2525", 1_000_000))""#) }),
        ("numbers of a million digits", { list(repeated("7", 1_000_000)) }),
        ("a page of 300,000 users", { BlockedUsersPage.body(users: 300_000) }),
        ("a page of the shortest users", { list(#"{"wa_id":"1"}"#, of: #"{"data":["#, end: "]}") }),
        ("a page of users with long ids", { list(#"{"user_id":"US.1234567890123456789"}"#, of: #"{"data":["#, end: "]}") }),
    ]

    private static func nest(_ depth: Int) -> String { repeated("[", depth) + repeated("]", depth) }

    private static func repeated(_ text: String, _ bytes: Int) -> String { String(repeating: text, count: bytes / text.utf8.count) }

    /// A list of one thing as often as it fits, at most so often, and spaces behind it.
    private static func list(_ item: String, _ most: Int = .max, of start: String = #"{"data":["#, end: String = "]}") -> [UInt8] {
        let (item, end) = (Array(item.utf8), Array(end.utf8))
        return filled { body in
            body += start.utf8
            var count = 0
            while count < most, body.count + item.count + 1 + end.count <= limit {
                if count > 0 { body.append(UInt8(ascii: ",")) }
                body += item
                count += 1
            }
            body += end
        }
    }

    private static func object(_ name: (Int) -> String) -> [UInt8] {
        filled { body in
            body += "{".utf8
            for index in 0..<99_990 { body += #"\#(index > 0 ? "," : "")"\#(name(index))":0"#.utf8 }
            body += "}".utf8
        }
    }

    private static func filled(_ write: (inout [UInt8]) -> Void) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(limit)
        write(&body)
        body += Array(repeating: UInt8(ascii: " "), count: limit - body.count)
        return body
    }
}
