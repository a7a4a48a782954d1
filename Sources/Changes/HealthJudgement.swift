import StrictJSON
import WhatsAppBusiness

// What a difference in health means: by whether messages can be sent, before and after, and by codes that were not there. Never by what merely goes on.

extension Judgement {
    /// Judges a difference in a health status, or in a part of it.
    static func health(what: String, before: JSONValue?, after: JSONValue?) -> Judgement {
        let (old, new) = (state(before), state(after))
        var worst = Judgement(severity: .info, what: what, verb: "changed")
        if old != new {
            worst = Judgement(severity: urgency(from: old, to: new), what: what, verb: "went from \(words(old)) to \(words(new))")
        }
        // Where the whole is told as well, the things say the same once more.
        var others = 0
        for (severity, words) in things(entities(before), entities(after)) {
            if severity > worst.severity || worst.verb == "changed" {
                worst = Judgement(severity: severity, what: what, verb: "changed: \(words)")
            } else {
                others += 1
            }
        }
        if old == new, others > 0 { worst.verb += " and \(others) more" }
        return worst
    }

    /// What became of each of the things that messages pass, the worst first.
    private static func things(_ before: HealthEntities, _ after: HealthEntities) -> [(severity: Severity, words: String)] {
        var found: [(severity: Severity, words: String)] = []
        for key in Set(before.entities.keys).union(after.entities.keys).sorted() {
            let (old, new) = (before.entities[key]?.max(by: isBetter), after.entities[key]?.max(by: isBetter))
            guard old != new else { continue }
            let thing = "\(words(key.type)) \(words(key.id))"
            var severity = urgency(from: old?.canSend, to: new?.canSend)
            var verb = "\(thing) went from \(words(old?.canSend)) to \(words(new?.canSend))"
            let codes = (new?.codes ?? []).subtracting(old?.codes ?? []).sorted()
            if old?.canSend == new?.canSend {
                verb = "\(thing) is still \(words(new?.canSend))"
                // New codes are new trouble.
                severity = codes.isEmpty ? .info : new?.badness == 2 ? .critical : new?.badness == 1 ? .warning : .notice
                if old?.canReceiveCalls != new?.canReceiveCalls {
                    verb = "\(thing) for calls went from \(words(old?.canReceiveCalls)) to \(words(new?.canReceiveCalls))"
                    let isWorse = HealthEntities.badness(new?.canReceiveCalls) > HealthEntities.badness(old?.canReceiveCalls)
                    severity = max(severity, isWorse ? .warning : .info)
                }
            }
            if !codes.isEmpty { verb += " (\(codes.prefix(3).map { words($0) }.joined(separator: ", ")))" }
            found.append((severity, verb))
        }
        return found.enumerated().sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
    }

    private static func isBetter(_ left: HealthEntities.Entity, _ right: HealthEntities.Entity) -> Bool {
        (left.badness, left.codes.count, left.canSend ?? "") < (right.badness, right.codes.count, right.canSend ?? "")
    }

    /// Worse is as urgent as what it has become, better is good news, and a state that nobody knows is told.
    private static func urgency(from old: String?, to new: String?) -> Severity {
        let (was, now) = (HealthEntities.badness(old), HealthEntities.badness(new))
        if now > was { return now == 2 ? .critical : .warning }
        return now < was || new == nil || new == "AVAILABLE" || now > 0 ? .info : .notice
    }

    private static func state(_ value: JSONValue?) -> String? {
        HealthEntities.word(value?.object == nil ? (value?.array == nil ? value : nil) : value?["can_send_message"])
    }

    private static func entities(_ value: JSONValue?) -> HealthEntities { HealthEntities((value?["entities"] ?? value)?.array ?? []) }

    private static func words(_ text: String?) -> String { text.map { Rules.Meaning.words(.string($0)) } ?? "nothing" }
}
