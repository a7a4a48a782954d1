import WabaWatchInterface
import WhatsAppBusiness

// Whether anybody gets an account's webhooks, and where its messages go.

extension Checkup {
    /// Alarms say where reality differs from what the account expects; without any it is told where messages go.
    func callback(_ part: AccountPart) -> Finding {
        if case .unknown(let reason) = facts.resources { return Finding(.callback, .unknown, reason) }
        if case .unknown(let reason) = facts.alarms { return Finding(.callback, .unknown, reason) }
        let unexpected = part.alarms.filter { alarm in Self.ofCallback.contains { alarm.resource.id.hasPrefix($0) } }
        if let first = AlarmEntry.worstFirst(unexpected).first(where: { $0.mute == nil }) {
            let others = unexpected.count { $0.mute == nil } - 1
            return Finding(
                .callback, .attention,
                Self.withoutAccount(first) + (others == 0 ? "" : " (and \(StatusReport.count(others, "more alarm")))"),
                advice: "correct it at Meta, or what expect of the configuration says", command: "wabawatch alarms --account \(part.word)")
        }
        let isMuted = !unexpected.isEmpty
        guard let watch = part.watches.first(where: { $0.kind == .subscribedApp }), watch.state.known == .current else {
            let state = part.watches.first { $0.kind == .subscribedApp }.map { watch in
                watch.state.known?.words ?? watch.state.rawText.replacing("_", with: " ")
            }
            return Finding(
                .callback, .unknown,
                "the subscribed apps are unknown: \(state.map { "not current, \($0)" } ?? "they are not watched")")
        }
        guard !part.apps.isEmpty else {
            return unlessMuted(
                Finding(
                    .callback, .wrong, "no app is subscribed: nobody gets the account's messages and webhooks", account: part.name,
                    advice: "subscribe the app that is to get them: POST /{WABA}/subscribed_apps",
                    command: "wabawatch list subscribed_app --account \(part.word)"),
                ["unexpected"])
        }
        return addresses(part, isMuted)
    }

    private func addresses(_ part: AccountPart, _ isMuted: Bool) -> Finding {
        let names = part.apps.map { FacebookApplication(checked: $0.document).app?.name ?? $0.id }.sorted()
        let apps =
            names.count == 1
            ? "app \(names[0]) is subscribed"
            : "apps \(names.prefix(3).joined(separator: ", "))\(names.count > 3 ? " …" : "") are subscribed"
        let callbacks = part.numbers.map { number in
            (number: StatusReport.number(number), address: Self.address(number))
        }
        guard callbacks.contains(where: { $0.address != nil }) else {
            let why = part.numbers.isEmpty ? "no number is known" : "Meta does not show it"
            return Finding(.callback, .unknown, "\(apps), but where messages go is not known: \(why)")
        }
        // A number shows no addresses where it has none: the others say that they are given.
        if let without = callbacks.first(where: { $0.address == nil }), !isMuted {
            return unlessMuted(
                Finding(
                    .callback, .attention, "messages of \(without.number) go to no address", account: part.name,
                    advice: "set the callback of the app, the account or the number at Meta",
                    command: "wabawatch list phone_number --account \(part.word) -o full"),
                ["unexpected"])
        }
        let all = Set(callbacks.compactMap(\.address)).sorted()
        let shown = all.prefix(3).joined(separator: ", ") + (all.count > 3 ? " and \(all.count - 3) more addresses" : "")
        return Finding(.callback, .well, "\(apps); messages go to \(shown)\(isMuted ? "; that is muted" : "")")
    }

    /// Where a number's messages go, without what may be secret in it; `nil` where it shows no address.
    private static func address(_ number: Resource) -> String? {
        guard let webhooks = BusinessPhoneNumber(checked: number.document).webhookConfiguration, let scope = webhooks.scope,
            let url = webhooks.callbackURL(scope)
        else { return nil }
        let bare = url.prefix { $0 != "?" && $0 != "#" }
        let cut = bare.count > 120 ? bare.prefix(120) + "…" : bare
        let whose =
            switch scope {
            case .application: "the app's"
            case .account: "the account's"
            case .phoneNumber: "the number's own"
            }
        return "\(cut) (\(whose))"
    }
}
