import StrictJSON

extension NamedFault {
    /// What is served inside something else.
    static let expansion: [NamedFault] = [
        NamedFault(
            "expansion",
            "An edge that is asked for inside a node (an account or a number, told by id) is answered in this way until faults are taken back.",
            [
                Parameter("answer", "\(ExpansionBehaviour.Answer.allCases.map(\.rawValue).joined(separator: ", ")); served"),
                Parameter("page", "the largest page inside a node, behind which it is cut off; the edge's own"),
                Parameter("calls", "what it counts as beyond the one: none, once, or each thing that it is inside of; none"),
            ]
        ) { given, _ throws(SimulatedError) in
            let answer = try given.choice("answer", ExpansionBehaviour.Answer.allCases.map(\.rawValue))
            let charge = try given.choice("calls", ExpansionBehaviour.Charge.allCases.map(\.rawValue))
            return .expanding(
                ExpansionBehaviour(
                    ExpansionBehaviour.Answer(rawValue: answer) ?? .served, largest: try given.integer("page", in: 1...5000),
                    charge: ExpansionBehaviour.Charge(rawValue: charge) ?? .none))
        },
        NamedFault(
            "batch", "Batches are answered in this way until faults are taken back. What stalls inside one is null.",
            [
                Parameter("usage", "true: the items have usage headers; false"),
                Parameter("reversed", "true: the items stand the other way round; false"),
                Parameter("lost", "how many items are missing at the end; 0"),
                Parameter("body", "\(BatchBehaviour.Body.allCases.map(\.rawValue).joined(separator: ", ")); text"),
            ]
        ) { given, _ throws(SimulatedError) in
            var behaviour = BatchBehaviour()
            behaviour.tellsUsage = given["usage"] == true
            behaviour.isReversed = given["reversed"] == true
            behaviour.lost = try given.integer("lost", in: 0...50) ?? 0
            let body = try given.choice("body", BatchBehaviour.Body.allCases.map(\.rawValue))
            behaviour.body = BatchBehaviour.Body(rawValue: body) ?? .text
            return .batching(behaviour)
        },
    ]
}
