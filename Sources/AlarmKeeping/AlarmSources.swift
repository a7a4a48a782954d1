public import Watching

/// What is asked how accounts stand.
public protocol StandingSource: Sendable {
    /// How every account that is watched stands now.
    func standings() async -> Standings
}

extension Watcher: StandingSource {}
