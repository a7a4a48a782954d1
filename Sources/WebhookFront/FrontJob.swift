/// A webhook on its way to the daemon.
struct FrontJob: Sendable {
    var body: [UInt8]
    var signature: String
    /// Called once, from anywhere, also where nobody waits for the answer any more.
    var done: @Sendable (ReportOutcome) -> Void
}
