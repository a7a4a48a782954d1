/// Fields of a kind that are not asked for in this run, because Meta refused the whole for them; they are asked for again after a reload or a restart.
struct LeftOut: Sendable, Equatable {
    /// Those that Meta does not know.
    var unknown: Set<String> = []
    /// Those that Meta knows and does not give.
    var refused: Set<String> = []

    /// All of them.
    var names: Set<String> { unknown.union(refused) }

    /// Those that a poll did not ask for: what it did ask for it says itself.
    func without(_ asked: Set<String>) -> LeftOut {
        LeftOut(unknown: unknown.subtracting(asked), refused: refused.subtracting(asked))
    }
}
