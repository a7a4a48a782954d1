/// What came of one run.
public struct Outcome: Sendable {
    /// The seed that it followed from.
    public let seed: UInt64
    /// What was promised and not kept; empty if all was.
    public let complaints: [String]
    /// The digest of everything that happened: the same for the same seed.
    public let digest: UInt64
    /// How many requests Meta was sent.
    public let requests: Int
    /// How many changes were recorded.
    public let changes: Int
    /// How many times the daemon ran.
    public let lives: Int
}

/// The deterministic simulation: everything that a run does follows from its seed.
public enum Simulation {
    /// Runs one seed and checks every promise.
    /// - Parameters:
    ///   - expands: whether things are asked for inside others; `nil` leaves it to the seed.
    ///   - only: the odd things that may happen, and nothing else that is troublesome; `nil` leaves it to the seed.
    ///   - broken: what is broken in the run's history before it is checked.
    ///   - judgesAlarmTimes: whether it is judged when alarms begin and end, and not only in which order and how often.
    ///   - print: is given every line of the trace.
    public static func run(
        seed: UInt64, only: Set<SimulatedOddity>? = nil, expands: Bool? = nil, broken: Mutation? = nil, judgesAlarmTimes: Bool = true,
        print: ((String) -> Void)? = nil
    ) throws -> Outcome {
        let run = try Run(seed: seed, only: only, expands: expands, print: print)
        try run.play()
        _ = broken?.apply(to: &run.history)
        let complaints = Checker.complaints(about: run.history, judgesAlarmTimes: judgesAlarmTimes)
        return Outcome(
            seed: seed, complaints: complaints, digest: run.stage.digest, requests: run.requests, changes: run.history.kept.count,
            lives: run.history.lives.count)
    }
}
