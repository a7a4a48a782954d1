public import StrictJSON
public import WhatsAppBusiness

/// What is asked of an edge: which node, which fields, how many things, from where on.
public struct GraphRequest: Sendable {
    /// What is to be done.
    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"

        /// Whether a request may be made twice: where the first was answered by nobody, it may have been carried out.
        public var isRepeatable: Bool { self == .get }
    }

    /// What is to be done.
    public var method = Method.get
    /// What is written, for methods other than `get`.
    public var body: JSONObject?
    /// The edge.
    public var edge: Edge
    /// The node's id: digits for most, a code for a QR code. It is percent-encoded.
    public var id: String
    /// The fields; `nil` for the edge's own, empty for Meta's default.
    public var fields: [String]?
    /// What is asked for beside the fields, inside each thing: the things of other edges.
    public var expansions: [FieldExpansion] = []
    /// The most things of a page; `nil` for the edge's own.
    public var limit: Int?
    /// Where in the list the page begins.
    public var position: Position
    /// Only what happened in this time, where the edge takes it.
    public var window: TimeWindow?
    /// Further parameters, such as a filter.
    public var parameters: [(name: String, value: String)]
    /// The account whose budget the request is out of; `nil` where it is the node itself.
    public var account: String?

    /// A request; its first page, if the edge is a list.
    public init(
        _ edge: Edge, id: String, fields: [String]? = nil, limit: Int? = nil, position: Position = .start, window: TimeWindow? = nil,
        parameters: [(name: String, value: String)] = [], account: String? = nil
    ) {
        self.edge = edge
        self.id = id
        self.fields = fields
        self.limit = limit
        self.position = position
        self.window = window
        self.parameters = parameters
        self.account = account
    }

    /// The same request for another page.
    public func at(_ position: Position) -> GraphRequest {
        var request = self
        request.position = position
        return request
    }

    /// The path with its version, percent-encoded: `/v25.0/1234/phone_numbers`.
    public func path(_ version: GraphVersion) -> String {
        "/\(version)/\(id.percentEncoded)" + (edge.path.isEmpty ? "" : "/" + edge.path)
    }

    /// The query without secrets, its parameters in a constant order.
    public var query: String {
        var items: [(String, String)] = []
        let asked = (fields ?? edge.fields) + expansions.map(\.text)
        if !asked.isEmpty { items.append(("fields", asked.joined(separator: ","))) }
        if let limit = limit ?? edge.limit { items.append(("limit", String(limit))) }
        items += parameters.map { ($0.name, $0.value) }
        var window = window
        switch position {
        case .start: break
        case .after(let cursor): items.append(("after", cursor))
        case .before(let cursor): items.append(("before", cursor))
        case .offset(let offset): items.append(("offset", String(offset)))
        case .window(let part): window = part
        }
        // A bound that the page's address did not name is not named either: Meta refuses what is no time.
        if let window {
            if window.since > .min { items.append(("since", String(window.since))) }
            if window.until < .max { items.append(("until", String(window.until))) }
        }
        return items.map { "\($0.0.percentEncoded)=\($0.1.percentEncoded)" }.joined(separator: "&")
    }
}

extension String {
    /// Everything but unreserved characters (RFC 3986, section 2.3) as `%XX`.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `%XX` read, and nothing else changed; what is no escape stays.
    var percentDecoded: String {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        let source = Array(utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count)
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count, let high = source[index + 1].hexValue,
                let low = source[index + 2].hexValue
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
