import Printing
import WabaWatchClient
import WabaWatchInterface

/// Lines, and the cursor of what is out. The line first, then the cursor: a reader that dies in between hears it again rather than never.
struct TrackedOutput {
    private let output: LineOutput
    private let file: CursorFile?
    /// `nil` where what is written stays written: a file or a terminal.
    private var delivery: Delivery?

    init(_ output: LineOutput, _ file: CursorFile?) {
        self.output = output
        self.file = file
        delivery = output.isPipe ? Delivery() : nil
    }

    /// Writes lines, then moves the cursor as far as they are delivered.
    mutating func lines(_ texts: [PrintableText], upTo cursor: Cursor? = nil) throws {
        try output.lines(texts)
        try output.flush()
        guard delivery != nil else { return try keep(cursor) }
        delivery?.wrote(texts.reduce(0) { $0 + $1.rendered.utf8.count + 1 }, upTo: cursor)
        try keep(delivery?.looked(unread: output.unread))
    }

    /// Nothing was to be written for a while; everything up to the cursor is out.
    mutating func heartbeat(_ cursor: Cursor?) throws {
        guard delivery != nil else { return try keep(cursor) }
        delivery?.wrote(0, upTo: cursor)
        try keep(delivery?.rested(unread: output.unread))
    }

    private func keep(_ cursor: Cursor?) throws { if let cursor { try file?.write(cursor) } }
}
