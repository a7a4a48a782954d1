import Printing

/// What a report has to fit: the terminal's width, its colours and its characters, and the reader's time.
struct Page {
    /// Columns; `nil` where nothing need be cut.
    var width: Int?
    var paint: Paint
    /// Whether the locale can show more than ASCII.
    var isUnicode: Bool
    var time: TimeRules
    /// Milliseconds since 1970.
    var now: Int64

    var dot: String { isUnicode ? "●" : "*" }
    var arrow: String { isUnicode ? "→" : "->" }
    var ellipsis: String { isUnicode ? "…" : "..." }
}
