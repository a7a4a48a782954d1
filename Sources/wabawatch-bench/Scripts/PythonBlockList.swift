/// A script as one writes it with httpx: it walks over the pages of a block list, compares the ids with the set that it saw last, and writes
/// what changed into SQLite, durably.
struct PythonBlockList {
    private let process: ScriptProcess
    /// The libraries and their versions.
    var name: String { process.name }

    private static let program = """
        import importlib, resource, sqlite3, sys, time
        import httpx

        base, token, number, path, library = sys.argv[1:6]
        decoder = importlib.import_module(library)
        session = httpx.Client(base_url=f"{base}/v25.0", headers={"Authorization": f"Bearer {token}"})
        database = sqlite3.connect(path, isolation_level=None)
        database.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE user (id TEXT PRIMARY KEY) WITHOUT ROWID;"
            "CREATE TABLE change (sequence INTEGER PRIMARY KEY AUTOINCREMENT, time REAL, operation TEXT, id TEXT)")
        seen = set()

        def look():
            global seen
            now, after = set(), None
            while True:
                query = {"limit": 1000} | ({"after": after} if after else {})
                answer = session.get(f"/{number}/block_users", params=query)
                answer.raise_for_status()
                page = decoder.loads(answer.content)
                now.update(user["wa_id"] for user in page["data"])
                paging = page.get("paging", {})
                after = paging.get("cursors", {}).get("after")
                if "next" not in paging or not after:
                    break
            added, removed = now - seen, seen - now
            if added or removed:
                moment = time.time()
                database.execute("BEGIN IMMEDIATE")
                database.executemany("INSERT INTO user VALUES (?)", ((id,) for id in added))
                database.executemany("DELETE FROM user WHERE id = ?", ((id,) for id in removed))
                database.executemany(
                    "INSERT INTO change (time, operation, id) VALUES (?, ?, ?)",
                    [(moment, "added", id) for id in added] + [(moment, "removed", id) for id in removed])
                database.execute("COMMIT")
            seen = now
            return len(added) + len(removed)

        print(f"httpx {httpx.__version__}, {library} {getattr(decoder, '__version__', '')}, sqlite3".replace(" ,", ","), flush=True)
        """ + ScriptProcess.measuring("look")

    /// Starts it; `nil` if a library cannot be imported.
    init?(library: String, graph: String, token: String, number: String, database: String) {
        guard let process = ScriptProcess(python: Self.program, [graph, token, number, database, library]) else { return nil }
        self.process = process
    }

    /// One look.
    func look() throws -> ScriptProcess.Turn { try process.turn() }

    /// Lets it come to its end.
    func stop() { process.stop() }
}
