internal import StrictJSON
internal import WhatsAppBusiness

/// What is known of one field of webhooks.
struct FieldRow: Sendable {
    /// What its reports are about, to be polled at once.
    let looksAt: [Kind]
    /// How urgent a report is and what it says, given what it is about in words.
    let says: @Sendable (_ thing: String, _ value: JSONValue) -> ReportStatement

    init(_ looksAt: Kind..., says: @escaping @Sendable (_ thing: String, _ value: JSONValue) -> ReportStatement) {
        self.looksAt = looksAt
        self.says = says
    }
}

extension WebhookField {
    /// The field's row. Every management field has one, and all of them are recorded.
    var row: FieldRow { Self.rows[self] ?? FieldRow { thing, value in ReportStatement(.notice, "\(thing): \(ReportWords.of(value))") } }

    private static let rows: [WebhookField: FieldRow] = [
        .accountUpdate: FieldRow(.account, .phoneNumber, .subscribedApp) { AccountUpdate(checked: $1.object ?? [:]).statement(about: $0) },
        .accountReviewUpdate: FieldRow(.account) { thing, value in
            let decision = value["decision"]?.string?.uppercased()
            let severity: Severity = decision == "APPROVED" ? .info : decision == "REJECTED" ? .warning : .notice
            return ReportStatement(severity, "the review of \(thing) is \(ReportWords.of(value["decision"]))")
        },
        .accountAlerts: FieldRow(.account, .phoneNumber) { alert($0, AccountAlert(checked: $1.object ?? [:])) },
        .accountSettingsUpdate: FieldRow(.phoneNumberSettings) { thing, value in
            ReportStatement(.notice, "settings of \(thing) changed")
        },
        .businessCapabilityUpdate: FieldRow(.phoneNumber, .account) { thing, value in
            let parts = (value.object ?? [:]).prefix(4).map {
                "\(ReportWords.plain($0.name)) is \(ReportWords.of($0.value))"
            }
            let news = parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
            return ReportStatement(.notice, "capabilities of the business of \(thing) changed\(news)")
        },
        .businessUsernameUpdates: FieldRow(.phoneNumber) { thing, value in
            let name = value["username"]?.string.map { " \(ReportWords.plain($0))" } ?? ""
            return ReportStatement(.notice, "username\(name) of \(thing) is \(ReportWords.of(value["status"]))")
        },
        .phoneNumberNameUpdate: FieldRow(.phoneNumber) { name($0, PhoneNumberNameUpdate(checked: $1.object ?? [:])) },
        .phoneNumberQualityUpdate: FieldRow(.phoneNumber) { quality($0, PhoneNumberQualityUpdate(checked: $1.object ?? [:])) },
        .security: FieldRow(.phoneNumber) { security($0, SecurityUpdate(checked: $1.object ?? [:])) },
        .messageTemplateStatusUpdate: FieldRow(.messageTemplate) { $1.templateStatus(of: $0) },
        .messageTemplateQualityUpdate: FieldRow(.messageTemplate) { $1.templateQuality(of: $0) },
        .messageTemplateComponentsUpdate: FieldRow(.messageTemplate) { thing, value in
            ReportStatement(.notice, "\(thing) has other components")
        },
        .templateCategoryUpdate: FieldRow(.messageTemplate) { $1.templateCategory(of: $0) },
        .partnerSolutions: FieldRow(.account) { thing, value in
            let (solution, status) = (ReportWords.of(value["solution_id"]), ReportWords.of(value["solution_status"]))
            return ReportStatement(
                .notice, "partner solution \(solution) at \(thing): \(ReportWords.of(value["event"])), it is \(status)")
        },
        .paymentConfigurationUpdate: FieldRow { thing, value in
            let name = ReportWords.of(value["configuration_name"])
            return ReportStatement(.notice, "payment configuration \(name) of \(thing) is \(ReportWords.of(value["status"]))")
        },
    ]

    private static func alert(_ thing: String, _ alert: AccountAlert) -> ReportStatement {
        let (info, status) = (alert.info, alert.info?.status?.uppercased())
        let severity: Severity =
            switch info?.severity?.uppercased() {
            case "CRITICAL": .critical
            case "WARNING": .warning
            case "INFORMATIONAL": .info
            default: .notice
            }
        let entity = alert.entityType.map { " on \(ReportWords.of(.string($0))) \(ReportWords.plain(alert.entityID ?? ""))" } ?? ""
        let what = "alert \(ReportWords.of(info?.type.map { .string($0) }))\(entity), \(thing)"
        // An alert that is over is as urgent as good news.
        if status == "NONE" { return ReportStatement(.info, "\(what), is over") }
        return ReportStatement(severity, what + ReportWords.sentence(info?.text))
    }

    private static func name(_ thing: String, _ update: PhoneNumberNameUpdate) -> ReportStatement {
        let decision = update.decision?.uppercased()
        let severity: Severity = decision == "APPROVED" ? .info : ["REJECTED", "DECLINED"].contains(decision) ? .warning : .notice
        let name = update.requestedName.map { " \(ReportWords.of(.string($0)))" } ?? ""
        let reason = update.rejectionReason.map { " because of \(ReportWords.of(.string($0)))" } ?? ""
        return ReportStatement(severity, "name\(name) of \(thing) is \(ReportWords.of(update.decision.map { .string($0) }))\(reason)")
    }

    private static func quality(_ thing: String, _ update: PhoneNumberQualityUpdate) -> ReportStatement {
        let severity: Severity =
            switch update.event?.uppercased() {
            case "FLAGGED", "DOWNGRADE": .warning
            case "UNFLAGGED", "UPGRADE", "THROUGHPUT_UPGRADE": .info
            default: .notice
            }
        let limit = update.currentLimit.map(JSONValue.string) ?? update.maxDailyConversations
        let tail = limit.map { ", its limit is \(ReportWords.of($0))" } ?? ""
        return ReportStatement(severity, "\(ReportWords.of(update.event.map { .string($0) })) of \(thing)\(tail)")
    }

    private static func security(_ thing: String, _ update: SecurityUpdate) -> ReportStatement {
        let what =
            switch update.event?.uppercased() {
            case "PIN_CHANGED": "the two-step verification PIN of \(thing) was changed"
            case "PIN_RESET_REQUEST": "somebody asked to turn off two-step verification of \(thing)"
            case "PIN_REQUEST_SUCCESS": "two-step verification of \(thing) was turned off"
            default: "security of \(thing): \(ReportWords.of(update.event.map { .string($0) }))"
            }
        return ReportStatement(.warning, what + (update.requester.map { ", by \(ReportWords.plain($0))" } ?? ""))
    }
}
