public import GraphAPI
import StrictJSON
import WhatsAppBusiness

/// The way of an action through its requests: which is next, and how it stands when their answers came. A pure decision.
///
/// Each request is made once. Where one fails, no other follows: what the earlier ones did is the result, with those who were not reached among the failed.
/// Where it is open what one did, so is the whole: nobody of it is told as failed, for who reads that may take it for Meta's word. The reason says how far the
/// earlier ones came, and the snapshot who is blocked.
public struct ActionCourse: Sendable {
    /// What became of a request.
    public enum Event: Sendable {
        /// It was made.
        case replied(WriteReply)
        /// It was not made.
        case notMade(ActionOutcome.Obstacle)
    }

    private let action: Action
    private let requests: [GraphRequest]
    private var index = 0
    private var done: [ActedUser] = []
    private var failed: [FailedUser] = []
    /// How it ended; `nil` while requests are left.
    public private(set) var outcome: ActionOutcome?
    /// Whether Meta may have changed something.
    public private(set) var mayHaveActed = false

    /// An action at its beginning.
    public init(_ action: Action) {
        self.action = action
        requests = action.requests
    }

    /// The request that is to be made now; `nil` when it has ended.
    public var next: GraphRequest? { outcome == nil ? requests[index] : nil }

    /// Takes what became of the request.
    public mutating func on(_ event: Event) {
        precondition(outcome == nil, "an action that has ended makes no request")
        switch event {
        case .notMade(let obstacle): stop(.unsent(obstacle), "not tried: \(obstacle)")
        case .replied(.unsent(let failure)):
            stop(.unsent(.way(state: "unreachable", reason: failure.description)), "not tried: \(failure)")
        case .replied(.open(let failure)):
            mayHaveActed = true
            leaveOpen(failure.description)
        case .replied(.answered(let body)):
            mayHaveActed = true
            answered(body)
        case .replied(.refused(let failure, let body)): refused(failure, body)
        }
    }

    private mutating func answered(_ body: JSONObject) {
        switch action.deed {
        case .block, .unblock:
            guard take(body, of: nil) else { return leaveOpen("the answer names nobody") }
            goOn()
        case .update(.qrCode, nil, _):
            // Meta answers with the code itself.
            let code = QRCode(checked: body).code
            outcome = .done(.success(code != nil, id: code))
        case .update(.qrCode, let id?, _): outcome = .done(.success(QRCode(checked: body).code == id || Self.isSuccess(body), id: id))
        case .update, .delete: outcome = .done(.success(Self.isSuccess(body), id: SuccessResult(checked: body).id))
        case .send(let message):
            let sent = SentTemplate(checked: body)
            guard let id = sent.id else { return outcome = .uncertain("the answer has no message's id") }
            outcome = .done(
                .sent(
                    SentTemplateReport(
                        id: id, input: sent.contacts?.first?.input ?? message.to.input, toUser: sent.contacts?.first?.waID,
                        fromPhoneID: action.place.phoneNumberID ?? "", status: sent.messages?.first?.status?.rawText)))
        }
    }

    private static func isSuccess(_ body: JSONObject) -> Bool { SuccessResult(checked: body).success == true }

    private mutating func refused(_ failure: GraphFailure, _ body: JSONObject) {
        // Some of a block list may be done although the whole is an error.
        if action.isOfUsers, take(body, of: failure) {
            mayHaveActed = true
            return goOn()
        }
        stop(.refused(failure), nil, failure)
    }

    private mutating func goOn() {
        index += 1
        if index == requests.count { outcome = .done(.users(done: done, failed: failed)) }
    }

    /// Ends it at this request, of which nobody knows whether Meta carried it out.
    private mutating func leaveOpen(_ why: String) {
        guard action.isOfUsers, requests.count > 1 else { return outcome = .uncertain(why) }
        let part = users(of: requests[index], index).count
        let rest = action.users.count - done.count - failed.count - part
        let word = if case .block = action.deed { "blocked" } else { "unblocked" }
        outcome = .uncertain(
            "\(why), for \(part) users from \(index * Action.usersPerRequest + 1) on; before them \(done.count) were \(word) and \(failed.count) were not, "
                + "\(rest) behind them were not tried")
    }

    /// Ends it at this request. What was done before it is told with those who were not reached.
    /// - Parameter sentence: what is said of those whom this request named; Meta's own words where it refused them.
    private mutating func stop(_ outcome: ActionOutcome, _ sentence: String?, _ failure: GraphFailure? = nil) {
        guard action.isOfUsers, index > 0 else { return self.outcome = outcome }
        for (place, request) in requests[index...].enumerated() {
            for user in users(of: request, index + place) {
                let own = place == 0 ? sentence ?? failure?.words : nil
                let code = place == 0 ? failure?.graph?.code ?? 0 : 0
                failed.append(FailedUser(input: user.input, code: code, message: own ?? "not tried, because an earlier request failed"))
            }
        }
        self.outcome = .done(.users(done: done, failed: failed))
    }

    private func users(of request: GraphRequest, _ index: Int) -> ArraySlice<UserAddress> {
        let all = action.users
        let start = index * Action.usersPerRequest
        return all[start..<min(start + Action.usersPerRequest, all.count)]
    }

    /// Takes the lists of an answer; whether there are any. Whom Meta names in neither is told as failed, for nobody knows.
    private mutating func take(_ body: JSONObject, of failure: GraphFailure?) -> Bool {
        guard let lists = body["block_users"]?.object else { return false }
        let isBlock = if case .block = action.deed { true } else { false }
        let acted = isBlock ? UsersBlocked(checked: lists).added : UsersUnblocked(checked: lists).removed
        let refused = UsersBlocked(checked: lists).failed
        guard acted != nil || refused != nil else { return false }
        var left: [String: UserAddress] = [:]
        var order: [String] = []
        for user in users(of: requests[index], index) {
            left[user.key] = user
            order.append(user.key)
        }
        func find(_ names: [String?]) -> UserAddress? {
            for name in names.compactMap(\.self) {
                if let user = left.removeValue(forKey: UserAddress.key(of: name)) { return user }
            }
            return nil
        }
        for user in acted ?? [] {
            guard let asked = find([user.input, user.waID, user.userID]) else { continue }
            done.append(ActedUser(input: asked.input, waID: user.waID, userID: user.userID))
        }
        for user in refused ?? [] {
            guard let asked = find([user.input, user.waID, user.userID]) else { continue }
            let error = user.errors?.first
            failed.append(
                FailedUser(
                    input: asked.input, waID: user.waID, code: error?.code.flatMap { Int(exactly: $0) } ?? failure?.graph?.code ?? 0,
                    message: error?.sentence ?? failure?.words ?? "Meta did not say why"))
        }
        for key in order {
            guard let user = left[key] else { continue }
            failed.append(FailedUser(input: user.input, code: 0, message: "Meta did not say what became of this user"))
        }
        return true
    }
}

extension Action {
    /// The users that are to be blocked or unblocked.
    var users: [UserAddress] {
        switch deed {
        case .block(let users), .unblock(let users): users
        default: []
        }
    }

    var isOfUsers: Bool { !users.isEmpty }
}

extension ItemError {
    /// The sentence with its details.
    fileprivate var sentence: String? {
        guard let message else { return nil }
        return data?["details"]?.string.map { "\(message): \($0)" } ?? message
    }
}

extension GraphFailure {
    /// Meta's own words.
    fileprivate var words: String { graph?.details ?? graph?.message ?? description }
}

extension ActionOutcome.Obstacle: CustomStringConvertible {
    public var description: String {
        switch self {
        case .budget(let wait): "the budget has no request for \((wait.components.seconds) + 1) s"
        case .way(_, let reason): reason
        }
    }
}
