import StrictJSON

/// One call as it came in, taken apart.
struct GraphRequest: Sendable {
    var method: String
    /// The path's parts behind the version.
    var path: [String]
    /// The version in the path; `nil` if there is none.
    var version: SimulatedVersion?
    var query: [(name: String, value: String)]
    var headers: [(name: String, value: String)]
    /// The members of a JSON body, or the fields of a form.
    var body: JSONObject = [:]

    init(
        method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) throws(SimulatedError) {
        self.method = method
        self.headers = headers
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = parts[0].split(separator: "/").map { PercentCoding.decode($0) }
        version = path.first.flatMap { SimulatedVersion(parsing: $0) }
        if version != nil { path.removeFirst() }
        self.path = path
        query = parts.count > 1 ? PercentCoding.query(parts[1]) : []
        try read(body)
    }

    private mutating func read(_ bytes: [UInt8]) throws(SimulatedError) {
        guard !bytes.isEmpty else { return }
        // curl calls everything a form; a brace tells.
        let isJSON = self[header: "content-type"]?.hasPrefix("application/json") == true || bytes.first == UInt8(ascii: "{")
        if isJSON {
            guard let object = try? JSONValue(parsing: bytes, limits: JSONLimits(bytes: 1 << 20)).object else {
                throw .parameter("The body is no JSON object")
            }
            body = object
        } else if self[header: "content-type"]?.hasPrefix("application/x-www-form-urlencoded") == true {
            for (name, value) in PercentCoding.query(String(decoding: bytes, as: UTF8.self)[...]) { body[name] = .string(value) }
        }
    }

    subscript(header name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

    /// A parameter, from the query or else the body; numbers and truth values as text.
    subscript(name: String) -> String? {
        if let value = query.first(where: { $0.name == name })?.value { return value }
        switch body[name] {
        case .string(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .number(let number): return number.text
        default: return nil
        }
    }

    /// A parameter that is an array or object: as it stands in a JSON body, or as a JSON text, which Meta takes everywhere.
    func value(_ name: String) -> JSONValue? {
        let value = body[member: name] ?? query.first { $0.name == name }.map { .string($0.value) }
        guard case .string(let text)? = value, text.first == "[" || text.first == "{" else { return value }
        return (try? JSONValue(parsing: text)) ?? value
    }

    /// What `fields` selects; `nil` where nothing is said, or nothing that can be read.
    var selection: FieldSelection? { self["fields"].flatMap { try? FieldSelection(parsing: $0) } }

    /// The most things a page that are asked for, by the call or an edge that rides on it; without a word it is what there is.
    var largestLimit: Int {
        let own = self["limit"].map { Int($0) ?? .max }
        let inner = selection?.limits.max()
        if own == nil, inner == nil { return .max }
        return max(own ?? 0, inner ?? 0)
    }

    /// The access token: from the header `Authorization`, or else the parameter.
    var token: String? {
        if let header = self[header: "authorization"] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, ["bearer", "oauth"].contains(parts[0].lowercased()) else { return nil }
            return String(parts[1])
        }
        return self["access_token"]
    }
}

/// Percent-encoding of query strings (RFC 3986; `+` is a space, as in forms).
enum PercentCoding {
    static func query(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").prefix(200).map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decode(parts[0], plus: true), parts.count > 1 ? decode(parts[1], plus: true) : "")
        }
    }

    static func decode(_ text: Substring, plus: Bool = false) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count > 1 {
                rest = rest.dropFirst(2)
                bytes.append(value)
            } else {
                bytes.append(plus && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default: encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
