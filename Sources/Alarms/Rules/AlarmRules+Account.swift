import WhatsAppBusiness

// What is wrong with an account as a whole: itself, its token, the version that it is asked by, its templates.

extension AlarmRules {
    static func account(_ facts: AccountFacts, _ now: Timestamp, _ assessment: inout AlarmAssessment) {
        let reported = facts.reported.current(at: now)
        guard facts.status != nil || facts.reviewStatus != nil || !reported.isEmpty else {
            return assessment.doubt(.accountRestricted)
        }
        var content: [String] = []
        if let status = facts.status, status != "ACTIVE" { content.append(status) }
        if let review = facts.reviewStatus, StateScale.accountReview.severity(of: review) >= .warning { content.append("review \(review)") }
        for (number, trouble) in reported {
            assessment.look(at: trouble.until, from: now)
            let place = number.map { ", of phone number \(Words.number($0, facts.numbers?[$0]))" } ?? ""
            content.append("\(trouble.what)\(trouble.hasEnd ? " until \(trouble.until)" : "")\(place)")
        }
        guard !content.isEmpty else { return }
        let more = content.count > 5 ? ", and \(content.count - 5) more" : ""
        assessment.add(
            AlarmCondition(
                AlarmID(.accountRestricted), .critical, "the account is \(content.prefix(5).joined(separator: ", "))\(more)",
                kind: .account, thing: facts.wabaID, content: content))
    }

    static func token(_ facts: AccountFacts, _ now: Timestamp, _ assessment: inout AlarmAssessment) {
        if let watches = facts.watches {
            if let reason = refusal(watches) {
                assessment.add(
                    AlarmCondition(
                        AlarmID(.tokenRefused), .critical, "Meta refuses the access token\(Words.because(reason))", kind: .account,
                        thing: facts.wabaID))
            } else if watches.contains(where: { $0.kind == .account && [.unreachable, .invalidAnswer].contains($0.state) }) {
                // No answer of Meta's own says whether it still does.
                assessment.doubt(.tokenRefused)
            }
        } else {
            assessment.doubt(.tokenRefused)
        }
        guard let token = facts.token else { return assessment.doubt(.tokenExpiring, .tokenScope) }
        if !token.missingScopes.isEmpty {
            let missing = token.missingScopes.sorted()
            assessment.add(
                AlarmCondition(
                    AlarmID(.tokenScope), .warning,
                    "the access token lacks \(missing.prefix(3).map(Words.cut).joined(separator: ", "))\(missing.count > 3 ? " …" : "")",
                    kind: .account, thing: facts.wabaID, content: missing))
        }
        // What has ended is refused, which is told.
        guard facts.watches.map({ refusal($0) == nil }) ?? true else { return }
        let ends = [(token.expiresAt, "the access token ends"), (token.dataAccessExpiresAt, "the access token's access to data ends")]
        for case (.some(let end), let what) in ends {
            guard let severity = urgency(of: end, at: now, &assessment) else { continue }
            assessment.add(
                AlarmCondition(
                    AlarmID(.tokenExpiring), severity, "\(what) at \(end)", kind: .account, thing: facts.wabaID, content: ["\(what) \(end)"]
                ))
        }
    }

    /// Why the token is refused, if it is: the watch over the account says so.
    static func refusal(_ watches: [WatchFacts]) -> String?? {
        watches.first { $0.kind == .account && $0.state == .unauthorized }.map(\.reason)
    }

    static func version(_ facts: AccountFacts, _ now: Timestamp, _ assessment: inout AlarmAssessment) {
        guard let version = facts.version else { return assessment.doubt(.versionEnding) }
        func tell(_ text: String, _ content: String) {
            assessment.add(
                AlarmCondition(AlarmID(.versionEnding), .warning, text, kind: .account, thing: facts.wabaID, content: [content]))
        }
        if let upgraded = facts.upgraded, upgraded != version {
            return tell("Meta answers calls to v\(version.number).0 by v\(upgraded.number).0", "v\(upgraded.number).0")
        }
        guard let end = version.ends else { return }
        let early = end.advanced(by: .seconds(-90 * 86_400))
        guard now >= early else { return assessment.look(at: early, from: now) }
        tell("v\(version.number).0 of the Graph API ends on \(end.description.prefix(10))", "v\(version.number).0")
    }

    static func templates(_ facts: AccountFacts, _ now: Timestamp, _ assessment: inout AlarmAssessment) {
        let losses = facts.templates.current(at: now)
        guard let first = losses.first else { return }
        for (_, loss) in losses { assessment.look(at: loss.since.advanced(by: TemplateHistory.memory), from: now) }
        let names = losses.map { Words.cut($0.loss.name) }
        let few = names.prefix(3).joined(separator: ", ")
        let text =
            losses.count == 1
            ? "message template \(few) \(first.loss.what)"
            : "\(losses.count) message templates may not be sent or cost more: \(few)\(losses.count > 3 ? " …" : "")"
        assessment.add(
            AlarmCondition(
                AlarmID(.template), .warning, text, kind: .messageTemplate, thing: losses.count == 1 ? first.id : facts.wabaID,
                content: losses.map { "\($0.id) \($0.loss.what)" }, templates: names))
    }
}
