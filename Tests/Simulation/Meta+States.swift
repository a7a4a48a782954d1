import StrictJSON
import TestTools
import Watching
import WhatsAppBusiness

// The states that alarms follow from: what is well becomes wrong and well again, more often than a day has it.
extension Meta {
    /// A member of a thing that becomes another.
    struct StateMove {
        var account: Account
        var kind: Kind
        var id: String
        var member: String
        var value: JSONValue
    }

    /// Some state changes, somewhere; `nil` where nothing is watched that has one.
    func drawState(_ dice: inout SeededGenerator) -> StateMove? {
        let account = dice.pick(accounts)
        let kind = dice.pick([Kind.phoneNumber, .phoneNumber, .phoneNumber, .account, .messageTemplate])
        guard account.plan.intervals[kind] != nil, let thing = (account.things[kind] ?? []).randomElement(&dice) else { return nil }
        let (member, value) = Self.state(of: kind, thing.id, &dice)
        return StateMove(account: account, kind: kind, id: thing.id, member: member, value: value)
    }

    /// What is wrong with a thing, and well, by turns: a member and its two values.
    func drawFlapping(_ dice: inout SeededGenerator) -> (bad: StateMove, good: StateMove)? {
        guard var bad = drawState(&dice), bad.kind == .phoneNumber else { return nil }
        var good = bad
        (bad.member, bad.value, good.value) = dice.pick([
            ("status", "BANNED", "CONNECTED"), ("status", "DISCONNECTED", "CONNECTED"), ("status", "FLAGGED", "CONNECTED"),
            ("quality_rating", "RED", "GREEN"), ("quality_rating", "YELLOW", "GREEN"), ("name_status", "DECLINED", "APPROVED"),
        ])
        good.member = bad.member
        return (bad, good)
    }

    /// A state is from now on as a move says, if the thing is still there.
    func move(_ move: StateMove) {
        let account = move.account
        // What is withheld, or odd, is let be: a life has seen what it was.
        guard !isWithholding(account), account.unknown == nil,
            let index = account.things[move.kind]?.firstIndex(where: { $0.id == move.id })
        else { return }
        account.things[move.kind]?[index].document[move.member] = move.value
        noteAll(of: account)
        stage.note("truth \(account.plan.name) \(move.kind.rawValue) \(move.id) has \(move.member) \(move.value)")
    }

    private static func state(of kind: Kind, _ id: String, _ dice: inout SeededGenerator) -> (member: String, value: JSONValue) {
        switch kind {
        case .account:
            dice.pick([
                ("status", "ACTIVE"), ("status", "ACTIVE"), ("status", "FLAGGED"), ("account_review_status", "APPROVED"),
                ("account_review_status", "REJECTED"), ("health_status", health("BUSINESS", "901", &dice)),
            ])
        case .messageTemplate:
            ("status", dice.pick(["APPROVED", "APPROVED", "PAUSED", "REJECTED", "DISABLED", "ARCHIVED", "PENDING"]))
        default:
            switch dice.number(0...6) {
            case 0...2:
                (
                    "status",
                    dice.pick(["CONNECTED", "CONNECTED", "CONNECTED", "BANNED", "DISCONNECTED", "OFFLINE", "FLAGGED", "RATE_LIMITED"])
                )
            case 3...4: ("quality_rating", dice.pick(["GREEN", "GREEN", "YELLOW", "RED"]))
            case 5: ("name_status", dice.pick(["APPROVED", "DECLINED", "EXPIRED"]))
            default: ("health_status", dice.chance(0.5) ? health("PHONE_NUMBER", id, &dice) : health("APP", "900", &dice))
            }
        }
    }

    private static func health(_ type: String, _ id: String, _ dice: inout SeededGenerator) -> JSONValue {
        let state = JSONValue.string(dice.pick(["AVAILABLE", "AVAILABLE", "LIMITED", "BLOCKED"]))
        return .object([
            "can_send_message": state,
            "entities": .array([.object(["entity_type": .string(type), "id": .string(id), "can_send_message": state])]),
        ])
    }
}

extension Run {
    /// Draws when states change, and which come and go.
    func planStates() {
        let hours = Double(scenario.busy.milliseconds) / 3_600_000
        for _ in 0..<Int(hours * Double(scenario.statesPerHour)) {
            stage.after(alarmDice.time(.zero...scenario.busy)) { [unowned self] in
                if let move = meta.drawState(&alarmDice) { meta.move(move) }
            }
        }
        guard scenario.statesFlap else { return }
        for _ in 0..<3 {
            stage.after(alarmDice.time(.seconds(60)...(scenario.busy * 0.5))) { [unowned self] in
                guard let (bad, good) = meta.drawFlapping(&alarmDice) else { return }
                let pace = alarmDice.time(.seconds(200)...(.seconds(900)))
                flap(bad, good, every: pace)
            }
        }
    }

    private func flap(_ now: Meta.StateMove, _ next: Meta.StateMove, every pace: Duration) {
        guard stage.now < busyUntil else { return }
        meta.move(now)
        stage.after(pace) { [unowned self] in flap(next, now, every: pace) }
    }
}
