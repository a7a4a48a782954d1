import Actions
import Announcing
import GraphAPI
import InterfaceRecords
import Ledger
import StrictJSON
import Varlink
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// Actions that are asked for on the socket: whether they are allowed, what they are, and how their ends are told.
struct Acting: Sendable {
    let desk: ActionDesk
    /// What an account allows; `nil` where there is none of that name.
    let allowed: @Sendable (_ account: String) -> Set<ActionName>?
    /// The name of a user, as a change says who caused it.
    let userName: @Sendable (UInt32) async -> String
    /// Refusals of those who may do nothing, bounded.
    let denials: DenialTally

    private var watcher: Watcher { desk.watcher }

    /// Somebody who is not in the control group called a method that acts.
    func denied(_ method: String, _ peer: Peer) async {
        guard let count = denials.note() else { return }
        let times = count > 1 ? " (\(count) times)" : ""
        await desk.journal.tell(
            ActionRecord(
                account: ResourceID.allAccounts, action: method, actor: await userName(peer.userID), userID: peer.userID, deed: method,
                result: "refused: not in the control group\(times)", isWhole: false))
    }

    // MARK: The methods

    func block(_ list: UserList, areBlocked: Bool, by peer: Peer) async throws -> (done: [BlockedUserRecord], failed: [BlockFailure]) {
        let ended = try await perform(
            Asked(account: list.account, number: list.phoneNumberID, action: .block, deed: areBlocked ? "block" : "unblock"), by: peer
        ) { place in try Action.users(list.users, areBlocked: areBlocked, at: place) }
        guard case .done(.users(let done, let failed)) = ended.outcome else { throw unexpected(list.account, .block) }
        return (
            done.map { BlockedUserRecord(input: $0.input, waID: $0.waID, userID: $0.userID) },
            failed.map { BlockFailure(input: $0.input, waID: $0.waID, code: $0.code, message: $0.message) }
        )
    }

    func update(_ parameters: UpdateParameters, by peer: Peer) async throws -> UpdateReply {
        let (account, kind) = (parameters.account, parameters.kind)
        guard let name = Action.name(ofUpdating: kind, parameters.document) else { throw VarlinkError.invalidParameter("kind") }
        let asked = Asked(
            account: account, number: parameters.phoneNumberID, action: name, deed: "set \(kind.rawValue)", kind: kind, id: parameters.id)
        let ended = try await perform(asked, by: peer) { place in
            let action = try Action.update(kind, id: parameters.id, parameters.document, at: place)
            if kind == .subscribedApp, let id = parameters.id { try await checkApplication(id, account) }
            return action
        }
        guard case .done(.success(let success, let id)) = ended.outcome else { throw unexpected(account, name) }
        return UpdateReply(success: success, id: kind == .qrCode ? id : nil, cursor: Cursor(ended.cursor), changes: ended.changes)
    }

    func delete(_ thing: ThingName, by peer: Peer) async throws -> DeleteReply {
        let (account, kind, id) = (thing.account, thing.kind, thing.id)
        guard let name = Action.name(ofDeleting: kind) else { throw VarlinkError.invalidParameter("kind") }
        let asked = Asked(
            account: account, number: thing.phoneNumberID, action: name, deed: "delete \(kind.rawValue)", kind: kind, id: id)
        let ended = try await perform(asked, by: peer) { place in
            var template: String?
            if kind == .messageTemplate {
                let known = try await desk.ledger.resources(accounts: [account], kinds: [kind], ids: [id]).resources.first
                guard let name = known?.document["name"]?.string else {
                    throw WabaWatchError.noSuchResource(account: account, kind: OpenEnum(kind), id: id)
                }
                template = name
            }
            let action = try Action.delete(kind, id: id, name: template, at: place)
            if kind == .subscribedApp { try await checkApplication(id, account) }
            return action
        }
        guard case .done(.success(let success, _)) = ended.outcome else { throw unexpected(account, name) }
        return DeleteReply(success: success, cursor: Cursor(ended.cursor), changes: ended.changes)
    }

    func send(_ parameters: SendTemplateParameters, by peer: Peer) async throws -> SentTemplateRecord {
        let asked = Asked(
            account: parameters.account, number: parameters.phoneNumberID, action: .send, deed: "send a template")
        let ended = try await perform(asked, by: peer) { place in
            let message = try TemplateMessage(
                to: parameters.to, template: parameters.template, language: parameters.language, components: parameters.components ?? [])
            return try Action.send(message, at: place)
        }
        guard case .done(.sent(let sent)) = ended.outcome else { throw unexpected(parameters.account, .send) }
        return SentTemplateRecord(
            id: sent.id, input: sent.input, toUser: sent.toUser, fromPhoneID: sent.fromPhoneID, status: sent.status)
    }

    // MARK: What they have in common

    /// What is asked for, before it is known whether it can be.
    private struct Asked {
        var account: String
        var number: String?
        var action: ActionName
        var deed: String
        var kind: Kind?
        var id: String?
    }

    /// Carries out what was asked for. Whatever is refused on the way is written down.
    private func perform(
        _ asked: Asked, by peer: Peer, _ make: (Action.Place) async throws -> Action
    ) async throws -> ActionDesk.Ended {
        let actor = await userName(peer.userID)
        let action: Action
        do {
            action = try await make(try await place(asked))
        } catch {
            await desk.journal.tell(
                ActionRecord(
                    account: asked.account, wabaID: await watcher.wabaID(of: asked.account), action: asked.action.rawValue,
                    kind: asked.kind,
                    id: asked.id, phoneNumberID: asked.number, actor: actor, userID: peer.userID, deed: asked.deed,
                    result: "refused: \(error)", isWhole: false))
            if let error = error as? MemberError { throw VarlinkError.invalidParameter(error.member) }
            throw error
        }
        guard let ended = try await desk.carryOut(action, actor: actor, userID: peer.userID) else { throw CancellationError() }
        switch ended.outcome {
        case .done: return ended
        case .unsent(.budget(let wait)):
            throw WabaWatchError.budgetExhausted(account: asked.account, retryAfterSeconds: Int(wait.components.seconds) + 1)
        case .unsent(.way(let state, let reason)): throw WabaWatchError.lookFailed(state: state, reason: reason)
        case .refused(let failure):
            guard let error = failure.graph else { throw WabaWatchError.lookFailed(state: "invalid_answer", reason: "\(failure)") }
            throw WabaWatchError.graphError(
                code: error.code, subcode: error.subcode, message: error.details ?? error.message ?? "", traceID: error.traceID)
        case .uncertain(let reason):
            throw WabaWatchError.actionUncertain(account: asked.account, action: asked.action.rawValue, reason: reason)
        }
    }

    /// Where it is to be done, if the account allows it there.
    private func place(_ asked: Asked) async throws -> Action.Place {
        guard let allowed = allowed(asked.account), let wabaID = await watcher.wabaID(of: asked.account) else {
            throw WabaWatchError.noSuchAccount(account: asked.account)
        }
        guard allowed.contains(asked.action) else {
            throw WabaWatchError.actionNotAllowed(account: asked.account, action: asked.action.rawValue)
        }
        await watcher.untilBegun()
        if let number = asked.number, !(await watcher.hasNumber(number, account: asked.account)) {
            throw WabaWatchError.noSuchResource(account: asked.account, kind: OpenEnum(.phoneNumber), id: number)
        }
        return Action.Place(account: asked.account, wabaID: wabaID, phoneNumberID: asked.number)
    }

    /// Meta subscribes and unsubscribes the token's own app, whichever is named: another's must not be meant.
    private func checkApplication(_ id: String, _ account: String) async throws {
        guard let own = await watcher.applicationID(of: account) else {
            throw WabaWatchError.lookFailed(state: "forbidden", reason: "Meta does not say which app the account's token belongs to")
        }
        guard own == id else {
            throw MemberError("id", "is not the app that the account's token belongs to, and no other can be changed")
        }
    }

    private func unexpected(_ account: String, _ action: ActionName) -> WabaWatchError {
        .actionUncertain(account: account, action: action.rawValue, reason: "the answer is that of another action")
    }
}
