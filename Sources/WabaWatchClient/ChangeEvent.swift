public import StrictJSON
public import WabaWatchInterface

/// What a reader of changes is told.
public enum ChangeEvent: Sendable, Equatable {
    /// A snapshot begins: what was built from an earlier one is to be forgotten.
    case snapshotBegins
    /// A thing of the snapshot.
    case resource(Resource)
    /// The snapshot, if one was asked for, is complete, and the stream stands here. Comes again after every reconnection.
    case ready(Cursor)
    /// A change.
    case change(Change)
    /// Every change up to here that is wanted has been told.
    case heartbeat(Cursor)
    /// The connection was lost, and is being made again; told once for each outage. Nothing is missed by it.
    case disconnected(ClientError)
    /// A newer daemon sent something that cannot be read; the stream goes on behind it.
    case unreadable(JSONObject, MemberError)
    /// The last event: what came after the reader's cursor is not known any more. Begin again with a snapshot, or behind one of these.
    case historyLost(oldest: Cursor, current: Cursor)
}

/// Where a reader of changes begins.
public enum ChangeStart: Sendable, Equatable {
    /// With what changes from now on.
    case now
    /// With the present state of everything that is wanted, then its changes.
    case snapshot
    /// Right behind a cursor.
    case after(Cursor)
}
