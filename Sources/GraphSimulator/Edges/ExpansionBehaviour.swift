/// What becomes of an edge that is asked for inside a node, as in `phone_numbers{id,whatsapp_business_profile{about}}`. Each part can be changed while the
/// simulator runs.
public struct ExpansionBehaviour: Sendable, Equatable {
    /// What stands in the node.
    public enum Answer: String, Sendable, CaseIterable {
        /// The envelope that the edge itself gives: `{"data":[…],"paging":{…}}`, or the bare document where the edge gives that.
        case served
        /// The whole request is refused with error 100: no such field.
        case refused
        /// The whole request is refused with error 10: no permission.
        case forbidden
        /// The member is missing.
        case ignored
        /// Without the envelope: the object alone, or the array; what comes without one anyhow is wrapped in `data`.
        case bare
        /// A text.
        case text
        /// A number.
        case number
        /// What the account's next number has, in the right form; what an account has is served.
        case foreign
    }

    /// How many calls it counts as, beyond the call that carries it.
    public enum Charge: String, Sendable, CaseIterable {
        /// None.
        case none
        /// One, however many things it is inside of.
        case once
        /// One for each thing that it is inside of.
        case each
    }

    /// What stands in the node.
    public var answer: Answer
    /// The largest page inside a node; more is cut off, with `next`, whatever limit is asked for. `nil` is the edge's own.
    public var largest: Int?
    /// How many calls it counts as.
    public var charge: Charge

    /// A behaviour.
    public init(_ answer: Answer = .served, largest: Int? = nil, charge: Charge = .none) {
        self.answer = answer
        self.largest = largest
        self.charge = charge
    }

    /// What is known of each edge, or the likeliest. Meta documents none. Programs that are in use ask for numbers, templates and apps inside the account, for
    /// the profile inside the number, and one for the commerce settings; nobody is known to ask for anything else, which is refused as an unknown field.
    /// What an expansion counts as is not known: one call is.
    public static func recorded(_ edge: SimulatedEdge) -> ExpansionBehaviour {
        switch edge {
        case .phoneNumbers, .messageTemplates, .subscribedApps, .profile, .commerceSettings: ExpansionBehaviour()
        default: ExpansionBehaviour(.refused)
        }
    }
}
