import Changes

/// What is known of all targets of one kind of an account together.
struct KindState: Sendable {
    /// Fields that are not asked for in this run.
    var leftOut = LeftOut()
    /// The most things of a page, where Meta wanted fewer to be asked for.
    var limit: Int?
    /// The target that is finding out for all of them which field is refused.
    var searcher: PollTarget?
    /// What is to be decided of members that numbers no longer show.
    var losses: FieldLossQuorum?
    /// Requests that polls take beyond one a target.
    var moreRequests = 0
    /// Whether a poll is being recorded that may tell a drift, or its end: the others wait, for one alone tells it.
    var isTelling = false

    /// Another configuration is in force: everything is asked for anew.
    mutating func reload() {
        leftOut = LeftOut()
        searcher = nil
    }
}
