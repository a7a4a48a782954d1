import Actions
import Announcing
import Ledger
import WhatsAppBusiness

extension ActionRecord {
    /// What came of an action.
    init(_ action: Action, actor: String, userID: UInt32, _ outcome: ActionOutcome) {
        self.init(action, actor: actor, userID: userID, result: outcome.summary, isWhole: outcome.isWhole)
    }

    init(_ action: Action, actor: String, userID: UInt32, result: String, isWhole: Bool) {
        let (kind, id) = action.thing
        self.init(
            account: action.place.account, wabaID: action.place.wabaID, action: action.name.rawValue, kind: kind, id: id,
            phoneNumberID: action.place.phoneNumberID, actor: actor, userID: userID, deed: action.summary, result: result, isWhole: isWhole)
    }
}

// What the ledger keeps of an action, from its beginning on.

extension BegunAction {
    /// An action that is about to begin.
    init(_ action: Action, actor: String, userID: UInt32, at moment: Timestamp) {
        let (kind, id) = action.thing
        self.init(
            account: action.place.account, wabaID: action.place.wabaID, action: action.name.rawValue, kind: kind, id: id,
            phoneNumberID: action.place.phoneNumberID, actor: actor, userID: userID, deed: action.summary,
            causes: action.causes(by: actor), begunAt: moment)
    }
}

extension ActionRecord {
    /// What is known of an action whose daemon was killed.
    init(_ action: BegunAction) {
        let interrupted = ActionOutcome.uncertain("wabawatchd was stopped while it was under way")
        self.init(
            account: action.account, wabaID: action.wabaID, action: action.action, kind: action.kind, id: action.id,
            phoneNumberID: action.phoneNumberID, actor: action.actor, userID: action.userID, deed: action.deed,
            result: action.end?.result ?? interrupted.summary, isWhole: action.end?.isWhole ?? interrupted.isWhole)
    }
}
