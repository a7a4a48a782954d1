import Changes
import GraphAPI

/// What the watcher has of each unit that it watches; what few units have stands in tables of its own.
///
/// An object, so that the empty places of the table that it stands in are small.
final class Watched {
    /// What the last answer is known again by, where it left nothing open.
    var memory: Memory?
    var watch: Watch
    /// As it is a key: a unit that was made anew takes memory of its own.
    let unit: Unit

    init(_ unit: Unit, _ watch: Watch) {
        self.unit = unit
        self.watch = watch
    }
}

/// What an answer is known again by. Only a look of one page has one.
struct Memory: Sendable, Equatable {
    var digest: Digest
}
