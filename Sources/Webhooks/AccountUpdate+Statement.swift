internal import StrictJSON
internal import WhatsAppBusiness

/// What each event of an account says, and how urgent it is. One that is not known may be anything, so it is a warning.
extension AccountUpdate {
    func statement(about thing: String) -> ReportStatement {
        switch event?.known {
        case .accountDeleted: ReportStatement(.critical, "\(thing) was deleted")
        case .accountOffboarded: ReportStatement(.critical, "\(thing) was taken off the platform")
        case .accountReconnected: ReportStatement(.info, "\(thing) is connected again")
        case .accountRestriction: restriction(of: thing)
        case .accountViolation: ReportStatement(.critical, violation(of: thing))
        case .adAccountLinked:
            ReportStatement(.notice, "ad account \(ReportWords.plain(wabaInfo?.adAccountLinked ?? "")) was linked to \(thing)")
        case .authIntlPriceEligibilityUpdate: ReportStatement(.notice, authenticationPrices(of: thing))
        case .businessPrimaryLocationCountryUpdate:
            ReportStatement(.notice, "the business of \(thing) is located in \(ReportWords.of(country.map { .string($0) }))")
        case .disabledUpdate: ban(of: thing)
        case .mmLiteTermsSigned: ReportStatement(.notice, "the terms of Marketing Messages Lite were signed for \(thing)")
        case .partnerAdded: ReportStatement(.notice, "a partner was added to \(thing)\(solution)")
        case .partnerAppInstalled: ReportStatement(.warning, "the partner's app \(app) was installed on \(thing)\(solution)")
        case .partnerAppUninstalled: ReportStatement(.warning, "the partner's app \(app) was removed from \(thing)")
        case .partnerClientCertificationStatusUpdate: certification(of: thing)
        case .partnerRemoved: removal(from: thing)
        case .volumeBasedPricingTierUpdate: ReportStatement(.notice, tier(of: thing))
        case .verifiedAccount: ReportStatement(.info, "\(thing) is verified")
        case nil: ReportStatement(.warning, "\(thing): \(ReportWords.of(event))")
        }
    }

    private var app: String { ReportWords.plain(wabaInfo?.partnerAppID ?? "") }
    private var solution: String { wabaInfo?.solutionID.map { ", with solution \(ReportWords.plain($0))" } ?? "" }

    private func restriction(of thing: String) -> ReportStatement {
        let restrictions = restrictions ?? []
        guard !restrictions.isEmpty else { return ReportStatement(.critical, "\(thing) is restricted") }
        let parts = restrictions.map { restriction in
            restriction.words + (ReportWords.moment(restriction.expiration).map { " until \($0)" } ?? "")
        }
        let remedy = restrictions.lazy.compactMap(\.remediation).first
        return ReportStatement(.critical, "\(thing) is restricted: \(ReportWords.list(parts))\(ReportWords.sentence(remedy))")
    }

    private func violation(of thing: String) -> String {
        let name = violationInfo?.violationType.map { " against \(ReportWords.of($0))" } ?? ""
        return "\(thing) is in violation of Meta's rules\(name)\(ReportWords.sentence(violationInfo?.remediation))"
    }

    private func ban(of thing: String) -> ReportStatement {
        let date = banInfo?.day?.description ?? banInfo?.date.map { ReportWords.plain($0) }
        switch banInfo?.state?.known {
        case .disable: return ReportStatement(.critical, "\(thing) is disabled\(date.map { " since \($0)" } ?? "")")
        case .scheduleForDisable: return ReportStatement(.critical, "\(thing) will be disabled\(date.map { " on \($0)" } ?? "")")
        case .reinstate: return ReportStatement(.info, "\(thing) is reinstated\(date.map { ", disabled on \($0)" } ?? "")")
        case nil: return ReportStatement(.critical, "ban of \(thing) is \(ReportWords.of(banInfo?.state))\(date.map { ", \($0)" } ?? "")")
        }
    }

    /// Without a disconnection only the partner is gone; with one, the number is no longer connected.
    private func removal(from thing: String) -> ReportStatement {
        guard let disconnection = disconnectionInfo else { return ReportStatement(.warning, "a partner was removed from \(thing)") }
        let reason = disconnection.reason.map { " because of \(ReportWords.of($0))" } ?? ""
        let who = disconnection.initiatedBy.map { ", by \(ReportWords.of($0))" } ?? ""
        return ReportStatement(.critical, "\(thing) was disconnected and its partner removed\(reason)\(who)")
    }

    private func certification(of thing: String) -> ReportStatement {
        let info = partnerClientCertificationInfo
        let severity: Severity =
            switch info?.status?.known {
            case .approved: .info
            case .discarded, .failed, .revoked: .warning
            case .pending, nil: .notice
            }
        let reasons = (info?.rejectionReasons ?? []).filter { !$0.isEmpty && $0.uppercased() != "NONE" }.map { ReportWords.of(.string($0)) }
        let why = reasons.isEmpty ? "" : " because of \(ReportWords.list(reasons))"
        let client = info?.clientBusinessID.map { " \(ReportWords.plain($0))" } ?? ""
        return ReportStatement(severity, "certification of the client\(client) of \(thing) is \(ReportWords.of(info?.status))\(why)")
    }

    private func authenticationPrices(of thing: String) -> String {
        let info = authInternationalRateEligibility
        let countries = (info?.exceptionCountries ?? []).map { country in
            let start = ReportWords.moment(country.startTime).map { " from \($0)" } ?? ""
            return ReportWords.plain(country.countryCode ?? "") + start
        }
        let start = ReportWords.moment(info?.startTime).map { " from \($0)" } ?? ""
        let exceptions = countries.isEmpty ? "" : "; in \(ReportWords.list(countries))"
        return "international authentication rates apply to \(thing)\(start)\(exceptions)"
    }

    private func tier(of thing: String) -> String {
        let info = volumeTierInfo
        func words(_ text: String?) -> String { ReportWords.plain(text ?? "?") }
        let tier = "\(words(info?.tier)) of \(words(info?.pricingCategory))"
        return "\(thing) reached the price tier \(tier) in \(words(info?.region)) for \(words(info?.effectiveMonth))"
    }
}

extension RestrictionInfo {
    /// What is restricted, in words; Meta's own name where this release knows none.
    fileprivate var words: String {
        switch restrictionType?.known {
        case .addPhoneNumberAction: "adding phone numbers"
        case .bizInitiatedAndUserInitiatedCalling: "calls in either direction"
        case .bizInitiatedMessaging: "messages that the business begins"
        case .businessInitiatedCalling: "calls by the business"
        case .customerInitiatedMessaging: "messages to customers who write first"
        case .directSendUtilityTemplates: "sending utility templates directly"
        case .userInitiatedCalling: "calls by users"
        case .userInitiatedCallingCallButtonHidden: "the call button, which is hidden"
        case .utilityTemplates: "utility templates"
        case nil: ReportWords.of(restrictionType)
        }
    }
}
