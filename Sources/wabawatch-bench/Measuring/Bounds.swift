import ArgumentParser

/// Ratios that must not be lost, so wide that another program's work on the same machine does not lose them.
struct Bounds {
    private var lost = false

    /// Says how it stands with one ratio.
    mutating func atLeast(_ bound: Double, _ ratio: Double, _ what: String) {
        let held = ratio >= bound
        print("\(held ? "held" : "LOST"): \(what): \(ratio.figure) times, bound \(bound.figure)")
        lost = lost || !held
    }

    /// Ends the run with status 1 if a bound was lost.
    func conclude() throws {
        if lost { throw ExitCode(1) }
    }
}
