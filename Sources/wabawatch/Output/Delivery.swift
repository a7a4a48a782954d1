import WabaWatchInterface

/// Decides which cursor may be kept while lines go into a pipe.
///
/// What lies in a pipe is lost with its reader, and what the reader has taken but not worked on yet as well. So a line counts as delivered once its
/// reader has taken it and come back for more, or has had the time between two heartbeats for it.
struct Delivery {
    /// Bytes so far: put into the pipe, taken out of it when last polled, taken at the last heartbeat, and certainly worked on.
    private var written = 0
    private var taken = 0
    private var rested = 0
    private var done = 0
    /// Cursors that wait, with the byte behind their line.
    private var waiting: [(end: Int, cursor: Cursor)] = []

    /// So many bytes were put into the pipe; everything up to the cursor is among them.
    mutating func wrote(_ count: Int, upTo cursor: Cursor?) {
        written += count
        guard let cursor else { return }
        if waiting.last?.end == written { waiting.removeLast() }
        waiting.append((written, cursor))
    }

    /// So many bytes lie in the pipe now. Returns the cursor to keep from now on, if it has moved.
    mutating func looked(unread: Int) -> Cursor? {
        // A read takes what it takes at once: whoever is found further on than before has asked anew in between.
        if written - unread > taken { (done, taken) = (max(done, taken), written - unread) }
        return passed()
    }

    /// The same at a heartbeat: what was taken before the last one is done with.
    mutating func rested(unread: Int) -> Cursor? {
        (done, rested) = (max(done, rested), written - unread)
        return looked(unread: unread)
    }

    private mutating func passed() -> Cursor? {
        let count = waiting.prefix { $0.end <= done }.count
        guard count > 0 else { return nil }
        defer { waiting.removeFirst(count) }
        return waiting[count - 1].cursor
    }
}
