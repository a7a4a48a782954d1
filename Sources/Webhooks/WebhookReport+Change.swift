public import Changes
internal import StrictJSON
public import WhatsAppBusiness

extension WebhookReport {
    /// What is recorded of it: about the number if it names one of ours, else about the template that it names, else about the account.
    public func change(about subject: ReportSubject) -> DetectedChange {
        let statement = statement(about: subject)
        return DetectedChange(
            resource(of: subject), .reported, origin: .webhook, severity: statement.severity, after: document,
            summary: "\(subject.account): Meta reports: \(statement.text)")
    }

    /// The thing that it is about.
    public func resource(of subject: ReportSubject) -> ResourceID {
        if let number = subject.phoneNumberID {
            return ResourceID(account: subject.account, kind: .phoneNumber, id: number, phoneNumberID: number)
        }
        if let template = names.templateID { return ResourceID(account: subject.account, kind: .messageTemplate, id: template) }
        return ResourceID(account: subject.account, kind: .account, id: subject.wabaID)
    }

    /// What is to be polled now that this was reported.
    public func hint(about subject: ReportSubject) -> ReportHint {
        ReportHint(account: subject.account, kinds: field.row.looksAt, phoneNumberID: subject.phoneNumberID)
    }

    private func statement(about subject: ReportSubject) -> ReportStatement {
        var thing = "account \(subject.wabaID)"
        if let number = subject.phoneNumberID {
            thing = "phone number \(subject.displayNumber.map { "\(ReportWords.plain($0)) (\(number))" } ?? number)"
        } else if let template = names.templateID {
            let language = value["message_template_language"]?.string.map { " (\(ReportWords.plain($0)))" } ?? ""
            thing = "template \(value["message_template_name"]?.string.map { ReportWords.plain($0) } ?? template)\(language)"
        }
        return field.row.says(thing, value)
    }
}

/// How urgent a report is, and one sentence for a person.
struct ReportStatement: Equatable {
    var severity: Severity
    var text: String

    init(_ severity: Severity, _ text: String) { (self.severity, self.text) = (severity, text) }
}

/// What a report asks to be polled at once.
public struct ReportHint: Sendable, Hashable {
    /// The account's name.
    public var account: String
    /// What kinds.
    public var kinds: [Kind]
    /// Of which number, for kinds that are polled number by number; all of them where there is none.
    public var phoneNumberID: String?

    /// A hint.
    public init(account: String, kinds: [Kind], phoneNumberID: String? = nil) {
        self.account = account
        self.kinds = kinds
        self.phoneNumberID = phoneNumberID
    }
}
