import Changes
public import Webhooks
import WhatsAppBusiness

extension Watcher {
    /// Has what reports are about polled as soon as the budget allows: each target once, however many hints name it. What a target's poll that is under way
    /// may have missed is polled once more after it. What is not watched is passed over.
    public func hasten(_ hints: [ReportHint]) {
        var targets: Set<PollTarget> = []
        for hint in hints { targets.formUnion(self.targets(of: hint)) }
        for target in targets where schedule.interval(of: target) != nil { on(.hasten(target, ahead: false), world.now()) }
    }

    private func targets(of hint: ReportHint) -> [PollTarget] {
        guard let account = accounts[hint.account] else { return [] }
        return hint.kinds.flatMap { kind -> [PollTarget] in
            // What comes with another kind's answer is polled by polling that.
            let kind = kind.row.ridesOn?.kind ?? kind
            guard kind.row.scope == .phoneNumber else { return [PollTarget(account: hint.account, kind: kind)] }
            return account.numbers.filter { hint.phoneNumberID == nil || $0 == hint.phoneNumberID }.map {
                PollTarget(account: hint.account, kind: kind, phoneNumberID: $0)
            }
        }
    }
}
