import StrictJSON
import WhatsAppBusiness

/// What a request turned out to ask for.
struct Call: Sendable {
    /// Where it goes; `nil` if there is no such thing.
    var edge: SimulatedEdge?
    /// The id in the path.
    var id: String?
    /// The account that the id is of or belongs to; `nil` if there is none, and the call counts for the app.
    var account: String?
    /// Where the number or the template stands in its account.
    var index = 0
    /// The QR code in the path.
    var code: String?

    /// The path behind the version, for links.
    var path: String {
        switch edge {
        case .account, .phoneNumber, .template, .business: id ?? ""
        case .qrCode: "\(id ?? "")/message_qrdls/\(code ?? "")"
        case .some(let edge): "\(id ?? "")/\(edge.rawValue)"
        case .none: ""
        }
    }
}

extension Simulation {
    private static let accountEdges = SimulatedEdge.of(.account).union([.activities, .flows, .solutions, .assignedUsers])
    private static let businessEdges: Set<SimulatedEdge> = [.ownedAccounts, .clientAccounts]
    private static let phoneEdges = SimulatedEdge.of(.phoneNumber).union([
        .conversationalAutomation, .username, .officialBusinessAccount, .encryption, .complianceInfo, .messages, .marketingMessages,
        .register, .deregister, .requestCode, .verifyCode,
    ])

    /// Finds what a request is about. The edge is told even where the id is unknown, so that a fault can strike there.
    mutating func resolve(_ request: GraphRequest) -> Call {
        guard let id = request.path.first else {
            if request["ids"] != nil { return Call(edge: .several) }
            return Call(edge: request.method == "POST" ? .batch : nil)
        }
        if request.path == ["debug_token"] { return Call(edge: .debugToken) }
        var call = Call(id: id)
        let node = place(&call)
        switch request.path.count {
        case 1: call.edge = node
        case 2:
            call.edge = SimulatedEdge(rawValue: request.path[1])
            if let edge = call.edge, let node {
                let known =
                    switch node {
                    case .account: Self.accountEdges
                    case .business: Self.businessEdges
                    case .phoneNumber: Self.phoneEdges
                    default: Set<SimulatedEdge>()
                    }
                if !known.contains(edge) { call.edge = nil }
            }
        case 3 where request.path[1] == SimulatedEdge.qrCodes.rawValue:
            call.edge = .qrCode
            call.code = request.path[2]
        default: break
        }
        if node == nil { call.account = nil }
        return call
    }

    /// The kind of node that the id is of.
    private mutating func place(_ call: inout Call) -> SimulatedEdge? {
        guard let id = call.id else { return nil }
        if platform.accounts[id] != nil {
            call.account = id
            return .account
        }
        if let place = phonePlace(id) {
            (call.account, call.index) = place
            return .phoneNumber
        }
        if platform.businesses[id] != nil { return .business }
        for (account, value) in platform.accounts {
            if let index = value.messageTemplates.firstIndex(where: { $0["id"]?.string == id }) {
                (call.account, call.index) = (account, index)
                return .template
            }
        }
        return nil
    }

    /// Where a number stands: remembered, and looked for again when it has moved.
    private mutating func phonePlace(_ id: String) -> (account: String, index: Int)? {
        if let place = places[id], let numbers = platform.accounts[place.account]?.phoneNumbers, place.index < numbers.count,
            numbers[place.index].id == id
        {
            return place
        }
        places[id] = platform.place(ofPhoneNumber: id)
        return places[id]
    }

    func phone(_ call: Call) throws(SimulatedError) -> PhoneNumber {
        guard let account = call.account, let value = platform.accounts[account] else { throw .noObject(call.id ?? "", method: "get") }
        return value.phoneNumbers[call.index]
    }
}
