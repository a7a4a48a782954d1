import HTTPFront

/// What all connections have in common.
struct FrontShared: Sendable {
    var rules: RequestRules
    var limits: FrontLimits
    var budget: BodyBudget
    var connections: FrontConnections
    var log: FrontLog
    var submit: @Sendable (FrontJob) -> Void
}
