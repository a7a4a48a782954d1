public import StrictJSON
public import WabaWatchInterface
public import WhatsAppBusiness

/// A change, or the present state of a thing, in the form of CloudEvents 1.0
/// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).
///
/// `source` and `id` together are the event's identity: the same change has the same whenever it is sent, so that a receiver that keeps ids takes it once.
public struct CloudEvent: Sendable, Equatable {
    /// The media type of one event in JSON, its attributes included.
    public static let mediaType = "application/cloudevents+json"

    /// What it is told apart by, also among the events of other accounts: a change's cursor; for a thing its kind, account, number and id, and when it
    /// changed.
    public let id: String
    /// `wabawatch://HOST/ACCOUNT`, percent-encoded where a URI wants it.
    public let source: String
    /// `io.wabawatch.KIND.OPERATION`; `io.wabawatch.KIND.present` for the present state of a thing. An end that no change told is `removed` as any other.
    public let type: String
    /// Meta's id of the thing; `nil` where it has none.
    public let subject: String?
    /// When it was observed.
    public let time: Timestamp
    /// The change or the resource, as the interface has it.
    public let data: JSONObject

    /// A change as an event.
    /// - Parameter host: this machine's name, as `machineName()` says it.
    public init(_ change: Change, host: String) {
        id = change.cursor.text
        source = Self.source(host: host, account: change.account)
        type = "io.wabawatch.\(change.kind.rawValue).\(change.operation.rawValue)"
        subject = change.id.isEmpty ? nil : change.id
        time = change.observedAt
        data = change.json
    }

    /// The present state of a thing as an event: the same state has the same id.
    /// - Parameter host: this machine's name, as `machineName()` says it.
    public init(_ resource: Resource, host: String) {
        id = Self.id(of: resource)
        source = Self.source(host: host, account: resource.account)
        type = "io.wabawatch.\(resource.kind.rawValue).present"
        subject = resource.id.isEmpty ? nil : resource.id
        time = resource.changedAt
        data = resource.json
    }

    /// The end of a thing that a reader has seen by its absence from a snapshot: no change told it, so it has no cursor. The data has the members of a
    /// `removed` change that are known, with the last document in `before`.
    /// - Parameters:
    ///   - last: the thing as it was known last.
    ///   - observedAt: when it was found to be gone.
    ///   - summary: one sentence for a person.
    ///   - host: this machine's name, as `machineName()` says it.
    public init(endOf last: Resource, observedAt: Timestamp, summary: String, host: String) {
        id = "\(Self.id(of: last))/ended"
        source = Self.source(host: host, account: last.account)
        type = "io.wabawatch.\(last.kind.rawValue).\(ChangeOperation.removed.rawValue)"
        subject = last.id.isEmpty ? nil : last.id
        time = observedAt
        var data: JSONObject = [
            "account": .string(last.account), "kind": .string(last.kind.rawValue), "id": .string(last.id),
            "operation": .string(ChangeOperation.removed.rawValue), "observedAt": .string(observedAt.description),
            "severity": .string(Severity.info.rawValue), "before": .object(last.document), "summary": .string(summary),
        ]
        data["phoneNumberId"] = last.phoneNumberID.map(JSONValue.string)
        self.data = data
    }

    private static func id(of resource: Resource) -> String {
        let thing = [resource.kind.rawValue, resource.account, resource.phoneNumberID ?? "", resource.id].joined(separator: "/")
        return "\(thing)@\(resource.changedAt)"
    }

    /// The event as one JSON object.
    public var json: JSONObject {
        var json: JSONObject = [
            "specversion": "1.0", "id": .string(id), "source": .string(source), "type": .string(type), "time": .string(time.description),
            "datacontenttype": "application/json", "data": .object(data),
        ]
        json["subject"] = subject.map(JSONValue.string)
        return json
    }

    /// The source of events of a machine: of one account, or of the program that sends it.
    public static func source(host: String, account: String? = nil) -> String {
        "wabawatch://\(percentEncoded(host.isEmpty ? "localhost" : host))\(account.map { "/\(percentEncoded($0))" } ?? "")"
    }

    /// A segment of a URI (RFC 3986, section 2): its unreserved characters, and `*`, which stands for all accounts; every other byte encoded.
    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "*"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return encoded
    }
}
