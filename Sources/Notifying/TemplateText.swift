package import StrictJSON

/// A message in the one place of a template's body.
package enum TemplateText {
    /// Characters that Meta takes in a place of a body (https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages): 1,024 in all, of which the
    /// template has its own.
    static let mostCharacters = 600

    /// The components of the message.
    package static func components(_ message: NotificationMessage) -> [JSONObject] {
        [["type": "body", "parameters": [["type": "text", "text": .string(text(message))]]]]
    }

    /// The message on one line: a place takes neither line breaks, nor tabs, nor more than four spaces in a row.
    static func text(_ message: NotificationMessage) -> String {
        let words = message.lines.joined(separator: "; ").split { $0.isWhitespace }
        let text = words.joined(separator: " ")
        return text.count <= mostCharacters ? text : text.prefix(mostCharacters - 1) + "…"
    }
}
