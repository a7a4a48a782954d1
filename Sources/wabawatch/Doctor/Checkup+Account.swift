import WabaWatchInterface
import WhatsAppBusiness

// What there is of an account: its token, its watches, its budget, its alarms.

extension Checkup {
    private static let day: Int64 = 86_400_000
    /// As the alarm `token_expiring` has it.
    private static let (soon, late): (Int64, Int64) = (14 * day, 3 * day)
    /// From so many percent on Meta's own limit is near.
    private static let highUsage = 80
    /// Alarms that a check of their own tells of.
    private static let checked: Set = [
        "token_refused", "token_expiring", "token_scope", "unexpected", "blind", "budget", "version_ending", "ledger",
    ]
    /// Of `unexpected` alarms, those that the check of the callback tells of.
    static let ofCallback: Set = ["unexpected/callback", "unexpected/apps"]

    /// What was found of an account, one finding for each check.
    func findings(of part: AccountPart) -> [Finding] {
        [
            token(part), expiry(part), scopes(part), callback(part), watches(part), budget(part), apiVersion(part), alarms(part),
        ].map { finding in
            var finding = finding
            finding.account = part.name
            return finding
        }
    }

    private func token(_ part: AccountPart) -> Finding {
        if part.isRefused {
            return unlessMuted(
                Finding(
                    .token, .wrong, "Meta refuses the access token\(part.ownWatch?.reason.map { ": \($0)" } ?? "")", account: part.name,
                    advice: "put a new token where the configuration's token says, then have it read",
                    command: "systemctl reload wabawatchd"),
                ["token_refused"])
        }
        // Only what is current now shows that Meta takes the token now.
        if part.watches.contains(where: { [.current, .drifted].contains($0.state.known) }) {
            return Finding(.token, .well, "Meta takes the access token")
        }
        let states = Set(part.watches.map { $0.state.rawText.replacing("_", with: " ") }).sorted().joined(separator: ", ")
        return Finding(.token, .unknown, "no answer of Meta's shows whether it takes the token (\(states.isEmpty ? "no watch" : states))")
    }

    /// What Meta said of the token; `nil` and why where it did not.
    private func told(_ part: AccountPart) -> Fact<TokenStatus> {
        guard facts.status?.tokens != nil else { return .unknown("this version of wabawatchd does not say") }
        guard let token = part.token else { return .unknown("Meta was not asked about the token yet") }
        return token.checkedAt == nil ? .unknown("Meta does not say anything of the token") : .known(token)
    }

    private func expiry(_ part: AccountPart) -> Finding {
        let token: TokenStatus
        switch told(part) {
        case .unknown(let reason): return Finding(.expiry, .unknown, reason)
        case .known(let known): token = known
        }
        let now = facts.now.milliseconds
        let ends = [
            token.expiresAt.map { (at: $0.milliseconds, what: "the access token") },
            token.dataAccessExpiresAt.map { (at: $0.milliseconds, what: "the token's access to data") },
        ].compactMap(\.self)
        guard let first = ends.min(by: { $0.at < $1.at }) else { return Finding(.expiry, .well, "no end of the access token is known") }
        let date = Timestamp(milliseconds: first.at).description.prefix(10)
        let sentence =
            first.at <= now
            ? "\(first.what) ended on \(date)" : "\(first.what) ends on \(date), \(Spans.relative(first.at, to: now))"
        guard first.at - now < Self.soon else { return Finding(.expiry, .well, sentence) }
        return unlessMuted(
            Finding(
                .expiry, first.at - now < Self.late ? .wrong : .attention, sentence, account: part.name,
                advice:
                    "make a token of a system user that does not expire, put it where the configuration's token says, then have it read",
                command: "systemctl reload wabawatchd"),
            ["token_expiring"])
    }

    private func scopes(_ part: AccountPart) -> Finding {
        let token: TokenStatus
        switch told(part) {
        case .unknown(let reason): return Finding(.scopes, .unknown, reason)
        case .known(let known): token = known
        }
        if let missing = token.missingScopes, !missing.isEmpty {
            let sentence = "the access token lacks \(missing.prefix(10).joined(separator: ", "))\(missing.count > 10 ? " …" : "")"
            return unlessMuted(
                Finding(
                    .scopes, .attention, sentence, account: part.name,
                    advice: "make a token with these permissions, put it where the configuration's token says, then have it read",
                    command: "systemctl reload wabawatchd"),
                ["token_scope"])
        }
        guard let scopes = token.scopes else { return Finding(.scopes, .unknown, "Meta does not say what the token may do") }
        return Finding(
            .scopes, .well, "the access token may do what is needed (\(scopes.count == 1 ? "1 permission" : "\(scopes.count) permissions"))"
        )
    }

    private func watches(_ part: AccountPart) -> Finding {
        // What the token, the budget or the connection explains is told there; what follows a wider watch, by that one.
        let isBlocked = part.budget?.blockedUntil.map { $0 > facts.now } ?? false
        let own = part.watches.filter { watch in
            switch watch.state.known {
            case _ where watch.toldBy != nil, .late, .starting: false
            case .unauthorized: !part.isRefused
            case .throttled: !isBlocked
            default: true
            }
        }
        let bad = own.filter { Health($0, without: muted) != .good }
            .sorted { (Self.weight($0), $0.id) < (Self.weight($1), $1.id) }
        let stale = part.watches.count { $0.state.known != .current }
        if let first = bad.first {
            let others = bad.count == 1 ? "" : " (and \(bad.count - 1) more)"
            let state = first.state.rawText.replacing("_", with: " ")
            return Finding(
                .watches, Self.weight(first) == 0 ? .wrong : .attention,
                "\(first.id) is \(state)\(first.reason.map { ": \($0)" } ?? "")\(others)",
                advice: Self.advice(first.state.known), command: "wabawatch status --account \(part.word)")
        }
        if part.watches.isEmpty { return Finding(.watches, .unknown, "nothing of the account is watched yet") }
        let waiting = part.watches.count { $0.state.known == .starting }
        if waiting > 0 { return Finding(.watches, .unknown, "\(waiting) of \(part.watches.count) watches wait for their first answer") }
        guard stale == 0 else {
            // Each of them is told by another check, or muted: not current all the same, and so not well.
            return Finding(
                .watches, .unknown, "\(stale) of \(part.watches.count) watches are not current; reported by another watch, or muted",
                command: "wabawatch status --account \(part.word)")
        }
        return Finding(.watches, .well, part.watches.count == 1 ? "the watch is current" : "all \(part.watches.count) watches are current")
    }

    /// What everything else depends on, and does not show anything, comes first.
    private static func weight(_ watch: WatchStatus) -> Int {
        let isCore = watch.phoneNumberID == nil && (watch.kind == .account || watch.kind == .phoneNumber)
        return isCore && watch.state.known != .drifted ? 0 : 1
    }

    private static func advice(_ state: WatchState?) -> String {
        switch state {
        case .unauthorized, .forbidden:
            "give the token's user the account, with the permissions that are named, in Meta's business settings"
        case .notFound: "see whether the ids of the configuration are right: wabawatchd --check --online"
        case .unreachable, .invalidAnswer: "it is asked again by itself; if it stays so, see Meta's status page: https://metastatus.com"
        case .throttled: "it is asked again when Meta allows it; make fewer calls with this app meanwhile"
        case .drifted: "everything else of it is current; if it is of the configuration, correct it, otherwise wait for a later version"
        default: "see what it says"
        }
    }

    private func budget(_ part: AccountPart) -> Finding {
        guard let budget = part.budget else { return Finding(.budget, .unknown, "nothing is known of the account's calls yet") }
        let calls = "\(budget.callsLastHour) of \(budget.callsPerHour) calls an hour"
        let late = part.watches.count { $0.state.known == .late }
        var trouble: String?
        if let until = budget.blockedUntil, until > facts.now {
            trouble = "Meta asked to be left alone; it is asked again \(Spans.relative(until.milliseconds, to: facts.now.milliseconds))"
        } else if late > 0 {
            trouble = "\(late) of \(part.watches.count) watches are late"
        } else if budget.callsLastHour >= budget.callsPerHour {
            trouble = "the budget is used up"
        } else if let usage = budget.usagePercent, usage >= Self.highUsage {
            trouble = "\(usage) % of what Meta allows is used"
        }
        guard let trouble else { return Finding(.budget, .well, calls) }
        return unlessMuted(
            Finding(
                .budget, .attention, "\(trouble) (\(calls))", account: part.name,
                advice: "see what takes the calls, and watch less or less often", command: "wabawatch plan --account \(part.word)"),
            ["budget"])
    }

    private func apiVersion(_ part: AccountPart) -> Finding {
        if case .unknown(let reason) = facts.alarms { return Finding(.apiVersion, .unknown, reason) }
        guard let alarm = part.alarms.first(where: { $0.name == "version_ending" }) else {
            return Finding(.apiVersion, .well, "the version of the Graph API does not end within 90 days")
        }
        let sentence = Self.withoutAccount(alarm)
        guard alarm.mute == nil else { return Finding(.apiVersion, .well, "\(sentence); that is muted") }
        return Finding(
            .apiVersion, .attention, sentence, advice: "set graph.version of the configuration to a newer one, then have it read",
            command: "systemctl reload wabawatchd")
    }

    private func alarms(_ part: AccountPart) -> Finding {
        if case .unknown(let reason) = facts.alarms { return Finding(.alarms, .unknown, reason) }
        let others = part.alarms.filter { alarm in
            !Self.checked.contains(alarm.name)
                || (alarm.name == "unexpected" && !Self.ofCallback.contains { alarm.resource.id.hasPrefix($0) })
        }
        let open = AlarmEntry.worstFirst(others).filter { $0.mute == nil && $0.health != .good }
        let muted = others.count { $0.mute != nil }
        guard let first = open.first else {
            return Finding(.alarms, .well, muted == 0 ? "no other alarm" : "no other alarm that is not muted (\(muted) muted)")
        }
        return Finding(
            .alarms, first.severity == .critical ? .wrong : .attention,
            Self.withoutAccount(first) + (open.count == 1 ? "" : " (and \(StatusReport.count(open.count - 1, "more alarm")))"),
            advice: "see what is wrong; mute what is known and worked on", command: "wabawatch alarms --account \(part.word)")
    }

    /// What an alarm says: the account stands beside it already.
    static func withoutAccount(_ alarm: AlarmEntry) -> String {
        let prefix = alarm.resource.account + ": "
        return alarm.summary.hasPrefix(prefix) ? String(alarm.summary.dropFirst(prefix.count)) : alarm.summary
    }
}
