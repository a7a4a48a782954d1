package import Changes
import StrictJSON
package import WhatsAppBusiness

/// Changes and times for tests that record or deliver them.
package enum RecordedSamples {
    /// So many seconds after a moment.
    package static func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_795_233_600_000 + 1000 * seconds) }

    /// A change of a profile's description, in the form and size of a real one.
    package static func change(_ number: Int, severity: Severity = .notice, id: String = "106540352242922") -> DetectedChange {
        DetectedChange(
            ResourceID(account: "acme", kind: .businessProfile, id: id, phoneNumberID: id), .changed, severity: severity,
            fields: [JSONPointer(["description"])], before: ["description": .string("Revision \(number)")],
            after: ["description": .string("Revision \(number + 1)")], summary: "acme: the description of +1 555-078-3881 changed")
    }
}
