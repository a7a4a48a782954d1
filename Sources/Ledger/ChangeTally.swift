import Changes
public import WhatsAppBusiness

/// Counts committed changes by kind and operation. A pure decision: a transaction that is tried again writes the same sequences once more, and one that fails
/// none.
public struct ChangeTally: Sendable {
    /// What changes are counted by.
    public struct Class: Sendable, Hashable {
        /// The kind of thing.
        public var kind: OpenEnum<Kind>
        /// What happened.
        public var operation: OpenEnum<ChangeOperation>

        init(kind: OpenEnum<Kind>, operation: OpenEnum<ChangeOperation>) { (self.kind, self.operation) = (kind, operation) }

        init(_ change: DetectedChange) { self.init(kind: change.resource.kind, operation: change.operation) }
    }

    /// Changes of one class that follow each other.
    private struct Run: Sendable {
        let first: Int64
        var last: Int64
        let of: Class
    }

    /// How many were committed of each class.
    public private(set) var counts: [Class: Int] = [:]
    private var written: [Run] = []

    init() {}

    /// A change was written, and is not committed yet.
    mutating func wrote(_ sequence: Int64, _ of: Class) {
        while let run = written.last, run.last >= sequence {
            written.removeLast()
            if run.first < sequence { written.append(Run(first: run.first, last: sequence - 1, of: run.of)) }
        }
        if let run = written.last, run.last == sequence - 1, run.of == of {
            written[written.count - 1].last = sequence
        } else {
            written.append(Run(first: sequence, last: sequence, of: of))
        }
    }

    /// A transaction has ended, and these are committed.
    mutating func committed(after before: Int64, upTo last: Int64) {
        for run in written {
            let count = min(run.last, last) - max(run.first, before + 1) + 1
            if count > 0 { counts[run.of, default: 0] += Int(count) }
        }
        written = []
    }
}
