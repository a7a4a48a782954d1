import WabaWatchClient
import WabaWatchInterface

/// Lines, and the cursor of what is out. The line first, then the cursor: a reader that dies in between hears it again rather than never.
struct TrackedOutput {
    private let output: LineOutput
    private let file: CursorFile?

    init(_ output: LineOutput, _ file: CursorFile?) {
        self.output = output
        self.file = file
    }

    /// Writes lines, then moves the cursor.
    func lines(_ texts: [String], upTo cursor: Cursor? = nil) throws {
        try output.lines(texts)
        try output.flush()
        if let cursor { try file?.write(cursor) }
    }
}
