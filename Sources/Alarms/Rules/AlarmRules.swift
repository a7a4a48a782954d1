public import WhatsAppBusiness

/// What is wrong, by what is known: pure functions, and the only place where that is decided.
///
/// One cause is one condition. A number that is banned, down or gone has that one alone: its rating, its health and the watches over its own things follow
/// from it. What an account, a business or an app is limited by is one condition, however many numbers show it.
public enum AlarmRules {
    /// What is wrong with an account.
    /// - Parameter now: the wall clock, for what lasts for days and what is to end on a day.
    public static func assess(_ facts: AccountFacts, at now: Timestamp) -> AlarmAssessment {
        var assessment = AlarmAssessment()
        account(facts, now, &assessment)
        token(facts, now, &assessment)
        version(facts, now, &assessment)
        templates(facts, now, &assessment)
        numbers(facts, now, &assessment)
        expectations(facts, &assessment)
        watches(facts, &assessment)
        return assessment
    }

    /// What is wrong that concerns all accounts.
    public static func assess(_ facts: ServiceFacts) -> AlarmAssessment {
        var assessment = AlarmAssessment()
        if let trouble = facts.ledgerTrouble {
            assessment.add(
                AlarmCondition(
                    AlarmID(.ledger), .critical, "the ledger cannot be written: \(Words.cut(trouble))", kind: .watch, thing: "ledger"))
        } else if facts.isLedgerNew {
            assessment.add(
                AlarmCondition(
                    AlarmID(.ledger), .critical, "the ledger was damaged and was set aside; a new one was begun", kind: .watch,
                    thing: "ledger"))
        }
        guard let connection = facts.connection else {
            assessment.doubt(.blind)
            return assessment
        }
        if connection.isTrouble, connection.isDue(&assessment) {
            assessment.add(
                AlarmCondition(
                    AlarmID(.blind, part: connection.id), .critical, "Meta cannot be reached\(Words.because(connection.reason))",
                    kind: .watch,
                    thing: connection.id))
        }
        return assessment
    }

    /// How urgent what ends on a day is, and when that may be more: within two weeks, and within three days.
    static func urgency(of end: Timestamp, at now: Timestamp, _ assessment: inout AlarmAssessment) -> Severity? {
        let (early, late) = (end.advanced(by: .seconds(-14 * 86_400)), end.advanced(by: .seconds(-3 * 86_400)))
        if now >= late { return .critical }
        assessment.look(at: late, from: now)
        if now >= early { return .warning }
        assessment.look(at: early, from: now)
        return nil
    }
}

extension WatchFacts {
    /// Whether it has not been current for longer than it may; if not yet, it is looked at again when that is so.
    func isDue(_ assessment: inout AlarmAssessment) -> Bool {
        guard let notCurrentFor else { return false }
        if notCurrentFor >= patience { return true }
        assessment.look(after: patience - notCurrentFor)
        return false
    }
}

/// Parts of sentences.
enum Words {
    /// Texts from outside are cut at so many characters.
    static let longest = 80

    /// A text that comes from outside, cut.
    static func cut(_ text: String) -> String {
        let cut = text.prefix(longest)
        return cut.endIndex < text.endIndex ? cut + "…" : String(cut)
    }

    /// A reason behind a sentence, if there is one.
    static func because(_ reason: String?) -> String { reason.map { ": " + cut($0) } ?? "" }

    /// A number, by what people know it as and by its id.
    static func number(_ id: String, _ facts: NumberFacts?) -> String { facts?.displayNumber.map { "\(cut($0)) (\(id))" } ?? id }

    /// `3 templates`, `1 template`.
    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
