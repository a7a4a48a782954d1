internal import StrictJSON
internal import WhatsAppBusiness

/// What reports about templates say.
extension JSONValue {
    func templateStatus(of thing: String) -> ReportStatement {
        let update = TemplateStatusUpdate(checked: object ?? [:])
        let severity: Severity =
            switch update.event?.rawText.uppercased() {
            case "APPROVED", "REINSTATED": .info
            case "REJECTED", "PAUSED", "DISABLED", "FLAGGED", "LIMIT_EXCEEDED", "LOCKED": .warning
            default: .notice
            }
        let reason = update.reason.map { $0.isEmpty || $0.uppercased() == "NONE" ? "" : " because of \(ReportWords.of(.string($0)))" } ?? ""
        let day = update.disableInfo?["disable_date"]?.idText.map { ", to be disabled \(ReportWords.plain($0))" } ?? ""
        let words = update.rejectionInfo?["reason"]?.string ?? update.otherInfo?["description"]?.string
        return ReportStatement(severity, "\(thing) is \(ReportWords.of(update.event))\(reason)\(day)\(ReportWords.sentence(words))")
    }

    func templateQuality(of thing: String) -> ReportStatement {
        let update = TemplateQualityUpdate(checked: object ?? [:])
        let ranks: [QualityRating] = [.green, .yellow, .red]
        func rank(_ score: OpenEnum<QualityRating>?) -> Int? { score?.known.flatMap(ranks.firstIndex) }
        let (was, now) = (rank(update.previousScore), rank(update.newScore))
        let fromTo = "from \(ReportWords.of(update.previousScore)) to \(ReportWords.of(update.newScore))"
        guard let was, let now, was != now else {
            return ReportStatement(now == 2 ? .warning : .notice, "quality rating of \(thing) went \(fromTo)")
        }
        return ReportStatement(now < was ? .info : .warning, "quality rating of \(thing) \(now < was ? "rose" : "fell") \(fromTo)")
    }

    /// A template that becomes one for marketing costs more.
    func templateCategory(of thing: String) -> ReportStatement {
        let update = TemplateCategoryUpdate(checked: object ?? [:])
        func severity(_ category: String?) -> Severity { category?.uppercased() == "MARKETING" ? .warning : .notice }
        func words(_ text: String?) -> String { ReportWords.of(text.map { .string($0) }) }
        guard let correct = update.correctCategory else {
            let fromTo = "from \(words(update.previousCategory)) to \(words(update.newCategory))"
            return ReportStatement(severity(update.newCategory), "\(thing) moved \(fromTo)")
        }
        let when = ReportWords.moment(update.updateTime).map { " on \($0)" } ?? ""
        return ReportStatement(severity(correct), "\(thing) is to move from \(words(update.newCategory)) to \(words(correct))\(when)")
    }
}
