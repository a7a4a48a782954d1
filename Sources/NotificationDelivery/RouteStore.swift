package import WabaWatchClient
package import WabaWatchInterface
package import WhatsAppBusiness

/// What a route keeps over restarts: its cursor, when it reminded people last, and whom it told of what. A file each, replaced as a whole and synced.
package struct RouteStore: Sendable {
    private let cursorFile: CursorFile
    private let reminderFile: CursorFile
    private let targetFile: CursorFile

    /// - Parameter folder: the notifier's own, such as `$STATE_DIRECTORY`.
    package init(folder: String, route: String) {
        cursorFile = CursorFile("\(folder)/\(route).cursor")
        reminderFile = CursorFile("\(folder)/\(route).reminded")
        targetFile = CursorFile("\(folder)/\(route).target")
    }

    /// The cursor; `nil` before anything was told.
    package func cursor() throws(CursorFileError) -> Cursor? { try cursorFile.read() }

    /// Keeps the cursor.
    package func store(_ cursor: Cursor) throws(CursorFileError) { try cursorFile.write(cursor) }

    /// The last reminder; `nil` where there was none, or its file holds something else: then it is sent a whole interval from now.
    package func reminder() -> Timestamp? { (try? reminderFile.read()).flatMap { Timestamp(parsing: $0.text) } }

    /// The route's target; `nil` where there was none, or its file holds something else: then it counts as unchanged.
    package func target() -> String? { (try? targetFile.read())?.text }

    /// Keeps the route's target.
    package func store(target: String) throws(CursorFileError) { try targetFile.write(Cursor(target)) }

    /// Keeps when people were reminded; `never` where nothing lasts. It is a text without spaces, as a cursor is.
    package func store(reminder: Timestamp?) throws(CursorFileError) { try reminderFile.write(Cursor(reminder?.description ?? "never")) }
}
