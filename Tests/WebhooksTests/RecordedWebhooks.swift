import Foundation
import StrictJSON

/// Webhooks of Meta's, or of those who write about Meta, as they were recorded.
struct RecordedWebhook: Sendable, CustomStringConvertible {
    /// Where it lies: `account_update/pywa__account_violation.json`.
    let description: String
    let body: JSONValue

    var bytes: [UInt8] { body.bytes }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/payloads/webhooks")

    /// All of them; a file may hold several.
    static let all: [RecordedWebhook] = {
        let paths = (FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []).sorted()
        return paths.filter { $0.hasSuffix(".json") }.flatMap { path -> [RecordedWebhook] in
            guard let data = try? Data(contentsOf: root.appending(path: path)), let json = try? JSONValue(parsing: Array(data)) else {
                return []
            }
            return (json.array ?? [json]).map { RecordedWebhook(description: path, body: $0) }
        }
    }()

    /// One body with the entries of all of them, as Meta batches them.
    static var batch: JSONValue {
        ["object": "whatsapp_business_account", "entry": .array(all.flatMap { $0.body["entry"]?.array ?? [] })]
    }
}
