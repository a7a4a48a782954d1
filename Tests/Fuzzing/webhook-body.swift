// What libFuzzer calls: bytes are taken as a webhook's body, and what it reports is put into words. See webhook-body.sh.
import Changes
import StrictJSON
import Webhooks
import WhatsAppBusiness

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let body = try? WebhookBody(parsing: bytes) else { return 0 }
    precondition(body.reports.count + body.ignored <= WebhookBody.mostChanges, "a body has so many changes at most")
    precondition(body.unknownFields.count <= WebhookBody.mostUnknownFields, "so many unknown names are told at most")
    precondition(body.unknownFields.allSatisfy { $0.utf8.count <= 3 * WebhookBody.longestFieldName }, "an unknown name is cut")
    for report in body.reports {
        let subject = ReportSubject(
            account: "acme", wabaID: "102", phoneNumberID: report.names.phoneNumberID, displayNumber: report.names.digits)
        let change = report.change(about: subject)
        precondition(change.operation == .reported && change.fields.isEmpty, "a report is none of the snapshot's changes")
        precondition(!change.summary.isEmpty, "a report has words")
        precondition(report.hint(about: subject).account == "acme", "what is polled is the subject's")
    }
    precondition((try? WebhookBody(parsing: bytes)) == body, "the same bytes are the same reports")
    return 0
}
