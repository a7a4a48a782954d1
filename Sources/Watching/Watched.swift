import Changes
import GraphAPI

/// What the watcher has of each target that it watches; what few targets have stands in tables of its own.
///
/// An object, so that the empty places of the table that it stands in are small.
final class Watched {
    /// What the last answer is known again by, where it left nothing open.
    var memory: CacheValidator?
    var watch: Watch
    /// As it is a key: a target that was made anew takes memory of its own.
    let target: PollTarget

    init(_ target: PollTarget, _ watch: Watch) {
        self.target = target
        self.watch = watch
    }
}

/// What an answer is known again by. Only a look of one page has one.
struct CacheValidator: Sendable, Equatable {
    var digest: Digest
}
