import WhatsAppBusiness

// What cannot be seen, or only late. A watch that takes its state from a wider one says nothing: the widest tells.

extension AlarmRules {
    static func watches(_ facts: AccountFacts, _ assessment: inout AlarmAssessment) {
        guard let watches = facts.watches else { return assessment.doubt(.blind, .budget) }
        let isRefused = refusal(watches) != nil
        let broken = Set((facts.numbers ?? [:]).filter { breakdown($0.value) != nil }.keys)
        func isOfBroken(_ watch: WatchFacts) -> Bool {
            watch.phoneNumberID.map { number in broken.contains(number) || facts.numbers.map { $0[number] == nil } ?? false } ?? false
        }
        // What tells of others, and is itself told of its number: the first of the others tells instead.
        let silent = Set(watches.filter(isOfBroken).map(\.id))
        var heirs: [String: WatchFacts] = [:]
        var late: [WatchFacts] = []
        for watch in watches where watch.isTrouble {
            // What is refused with the token is told of that, and what a broken number's own things show, of the number.
            if watch.state == .unauthorized && isRefused { continue }
            if isOfBroken(watch) { continue }
            // How late something is, is its own: the account's watch, which tells of the budget, may be current enough.
            guard watch.state != .late else {
                if isLate(watch, &assessment) { late.append(watch) }
                continue
            }
            if let teller = watch.toldBy, silent.contains(teller), heirs[teller].map({ watch.id < $0.id }) ?? true { heirs[teller] = watch }
            if !watch.isToldByAnother, watch.isDue(&assessment) { assessment.add(blind(watch, facts)) }
        }
        let isWhole = watches.contains { $0.kind == .account && $0.isTrouble }
        for heir in heirs.values where !isWhole && heir.isDue(&assessment) { assessment.add(blind(heir, facts)) }
        // While Meta throttles the account that is the reason, and told.
        guard let first = late.min(by: { $0.id < $1.id }), !watches.contains(where: { $0.kind == .account && $0.state == .throttled })
        else {
            return
        }
        assessment.add(
            AlarmCondition(
                AlarmID(.budget), .warning, "the calls do not suffice for what is watched\(Words.because(first.reason))", kind: .account,
                thing: facts.wabaID))
    }

    /// Whether something waits for a call for longer than four intervals since it was seen.
    private static func isLate(_ watch: WatchFacts, _ assessment: inout AlarmAssessment) -> Bool {
        guard let since = watch.sinceSuccess ?? watch.notCurrentFor else { return false }
        if since >= watch.every * 4 { return true }
        assessment.look(after: watch.every * 4 - since)
        return false
    }

    private static func blind(_ watch: WatchFacts, _ facts: AccountFacts) -> AlarmCondition {
        let place = watch.phoneNumberID.map { " of phone number \(Words.number($0, facts.numbers?[$0]))" } ?? ""
        let what = watch.kind == .account && watch.phoneNumberID == nil ? "the account" : "\(watch.kind?.rawValue ?? watch.id)\(place)"
        let isCore = watch.kind == .account || watch.kind == .phoneNumber
        return AlarmCondition(
            AlarmID(.blind, part: watch.kind?.rawValue ?? watch.id, phoneNumberID: watch.phoneNumberID), isCore ? .critical : .warning,
            "\(what) cannot be seen: \(watch.state.rawValue.replacing("_", with: " "))\(Words.because(watch.reason))", kind: .watch,
            thing: watch.id)
    }
}
