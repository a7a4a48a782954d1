public import WabaWatchInterface
public import WhatsAppBusiness

extension Topic where Subject == Change {
    /// Everything that a webhook reported.
    public static var reported: Topic { Topic { $0.operation == .reported ? $0 : nil } }

    /// What a webhook reported in a field, also in one that only a later release knows: `.reported(field: "account_update")`.
    /// `change.reportedValue` is what it said.
    public static func reported(field: String) -> Topic { Topic { $0.reportedField == field ? $0 : nil } }
}

extension Topic {
    /// What a webhook reported in a field, as a typed document: `.reported(.accountReviewUpdate, as: AccountReviewUpdate.self)`.
    public static func reported<Update: Document>(_ field: WebhookField, as type: Update.Type) -> Topic
    where Subject == ReportedUpdate<Update> {
        Topic { change in
            guard change.reportedField == field.rawValue, let update = change.reportedValue(as: type) else { return nil }
            return ReportedUpdate(change: change, update: update)
        }
    }

    /// What happened to an account, as a webhook reported it: `.accountUpdate(.accountRestriction)`, or all of it.
    public static func accountUpdate(_ event: AccountUpdateEvent? = nil) -> Topic where Subject == ReportedUpdate<AccountUpdate> {
        let all = Topic.reported(.accountUpdate, as: AccountUpdate.self)
        return Topic { change in
            guard let reported = all.subject(change), event == nil || reported.update.event?.known == event else { return nil }
            return reported
        }
    }
}
