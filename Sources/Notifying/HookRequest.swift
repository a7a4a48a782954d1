import StrictJSON
import WabaWatchClient
import WhatsAppBusiness

/// What a web hook is sent, without its address and its secrets.
package struct HookRequest: Sendable, Equatable {
    /// A header field.
    package struct Header: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Header fields.
    package var headers: [Header]
    /// The body.
    package var body: [UInt8]

    /// Bytes of a message that Slack shows and ntfy takes as one.
    static let mostBytes = 3900

    /// One event of CloudEvents, in structured mode.
    package static func cloudEvent(_ event: RoutedEvent) -> HookRequest {
        HookRequest(headers: [Header("Content-Type", CloudEvent.mediaType), Header("Idempotency-Key", event.id)], body: event.bytes)
    }

    /// A message for an incoming web hook of Slack (https://api.slack.com/reference/surfaces/formatting).
    package static func slack(_ message: NotificationMessage) -> HookRequest {
        let escape: (String) -> String = {
            $0.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        }
        // The subject of a single line is that line.
        let isOne = message.lines.count == 1
        let text = isOne ? message.text(atMost: mostBytes) : "\(message.subject)\n\(message.text(atMost: mostBytes))"
        let body: JSONObject = ["text": .string(escape(text))]
        return HookRequest(headers: [Header("Content-Type", "application/json")], body: JSONValue.object(body).bytes)
    }

    /// A message for a topic of ntfy (https://docs.ntfy.sh/publish/).
    package static func ntfy(_ message: NotificationMessage) -> HookRequest {
        let (priority, tag) =
            switch message.severity {
            case .critical: ("5", "rotating_light")
            case .warning: ("4", "warning")
            case .notice: ("3", "information_source")
            case .info: ("2", "information_source")
            }
        // Encoded words that are folded would be two fields of HTTP: they are put on one line.
        let title = MailText.encoded(message.subject).replacing("\n ", with: " ")
        return HookRequest(
            headers: [
                Header("Content-Type", "text/plain; charset=utf-8"), Header("Title", title), Header("Priority", priority),
                Header("Tags", tag),
            ], body: Array(message.text(atMost: mostBytes).utf8))
    }

    /// Alerts for API v2 of an Alertmanager.
    package static func alerts(_ alerts: some Sequence<AlarmAlert>) -> HookRequest {
        HookRequest(
            headers: [Header("Content-Type", "application/json")],
            body: JSONValue.array(alerts.map { .object($0.json()) }).bytes)
    }
}

extension HookRequest {
    /// What an answer means; `nil` where the hook has taken what it was sent.
    /// - Parameter retryAfter: the value of the header field, where there is one.
    package static func failure(status: Int, retryAfter: String?) -> DeliveryFailure? {
        switch status {
        case 200..<300: nil
        // What is wrong with what was sent stays wrong; all else may be mended there or here.
        case 400, 411, 413, 414, 415, 422, 431: DeliveryFailure("the answer is HTTP \(status)", isRefusal: true)
        default: DeliveryFailure("the answer is HTTP \(status)", retryAfter: seconds(retryAfter))
        }
    }

    /// Seconds; a date, which it may be as well, is passed over, and the route's own waits hold.
    private static func seconds(_ text: String?) -> Duration? {
        guard let text, let seconds = Int(text), seconds >= 0 else { return nil }
        return .seconds(min(seconds, 86_400))
    }

    /// Header fields out of a secret: one `Name: value` a line, empty lines and comments left out.
    /// - Returns: `nil` where a line is none.
    package static func headers(parsing text: String) -> [Header]? {
        var headers: [Header] = []
        for line in text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }) where !line.hasPrefix("#") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = line[..<colon]
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            let isToken = name.utf8.allSatisfy { byte in
                0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || Array("!#$%&'*+-.^_`|~".utf8).contains(byte)
            }
            guard !name.isEmpty, isToken, value.utf8.allSatisfy({ 0x20...0x7E ~= $0 }), headers.count < 50 else { return nil }
            headers.append(Header(String(name), String(value)))
        }
        return headers
    }
}
