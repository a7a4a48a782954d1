import WhatsAppBusiness

// Where reality differs from what an account says that it looks like. What is not known differs from nothing.

extension AlarmRules {
    static func expectations(_ facts: AccountFacts, _ assessment: inout AlarmAssessment) {
        if let expected = facts.expectations.apps, let apps = facts.apps, apps != expected {
            let parts = [
                expected.subtracting(apps).isEmpty ? nil : "without \(list(expected.subtracting(apps)))",
                apps.subtracting(expected).isEmpty ? nil : "with \(list(apps.subtracting(expected)))",
            ].compactMap(\.self)
            assessment.add(
                AlarmCondition(
                    AlarmID(.unexpected, part: ExpectedMember.apps.rawValue), .warning,
                    "webhooks go to other apps than expected: \(parts.joined(separator: ", "))", kind: .account, thing: facts.wabaID,
                    content: apps.symmetricDifference(expected).sorted()))
        }
        guard let numbers = facts.numbers else { return }
        // What follows from a number's being banned or down is told of that.
        let working = numbers.filter { breakdown($0.value) == nil }.sorted { $0.key < $1.key }
        if let expected = facts.expectations.callback { callbacks(of: working, expected, facts, &assessment) }
        for (id, number) in working {
            func differs(_ member: ExpectedMember, _ kind: Kind, _ is: Bool?, _ expected: Bool?, _ sentence: (Bool) -> String) {
                guard let `is`, let expected, `is` != expected else { return }
                assessment.add(
                    AlarmCondition(
                        AlarmID(.unexpected, part: member.rawValue, phoneNumberID: id), .warning,
                        "phone number \(Words.number(id, number)) \(sentence(`is`))", kind: kind, thing: id))
            }
            differs(.twoStepPIN, .phoneNumber, number.isPINEnabled, facts.expectations.twoStepPIN) {
                $0 ? "has a two-step PIN, which is not expected" : "has no two-step PIN, which is expected"
            }
            differs(.catalogueVisible, .commerceSettings, number.isCatalogueVisible, facts.expectations.isCatalogueVisible) {
                $0 ? "shows its catalogue, which is not expected" : "does not show its catalogue, which is expected"
            }
        }
    }

    /// An address of a number is that number's; one of the account or the app is one cause for all numbers that it holds for.
    private static func callbacks(
        of numbers: [(key: String, value: NumberFacts)], _ expected: String, _ facts: AccountFacts, _ assessment: inout AlarmAssessment
    ) {
        // A number shows no addresses where it has none, and where they are not given: the others say which.
        let areGiven = numbers.contains { $0.value.callback != nil }
        for (id, number) in numbers {
            guard let callback = number.callback ?? (areGiven ? NumberFacts.Callback() : nil), callback.url != expected else { continue }
            let isOwn = callback.scope == .phoneNumber
            let whose = isOwn ? "messages of phone number \(Words.number(id, number))" : "messages"
            assessment.add(
                AlarmCondition(
                    AlarmID(.unexpected, part: ExpectedMember.callback.rawValue, phoneNumberID: isOwn ? id : nil), .warning,
                    "\(whose) go to \(callback.url.map(Words.cut) ?? "no address") instead of \(Words.cut(expected))",
                    kind: isOwn ? .phoneNumber : .account, thing: isOwn ? id : facts.wabaID, content: [callback.url ?? ""]))
        }
    }

    private static func list(_ texts: Set<String>) -> String {
        texts.sorted().prefix(3).map(Words.cut).joined(separator: ", ") + (texts.count > 3 ? " …" : "")
    }
}

/// The members of what is expected, as they are named in the configuration and in the ids of alarms.
enum ExpectedMember: String {
    case callback
    case apps
    case twoStepPIN = "two_step_pin"
    case catalogueVisible = "catalogue_visible"
}
