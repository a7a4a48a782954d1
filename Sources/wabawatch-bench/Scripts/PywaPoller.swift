/// A script that polls once for every line that it is told.
protocol Poller {
    /// What it is made of, with versions.
    var name: String { get }
    /// One poll.
    func poll() throws -> ScriptProcess.Turn
    /// Lets it come to its end.
    func stop()
}

/// A script as one writes it with pywa, the Python library for Meta's API: it asks for the same things, compares them with a dict of what it saw
/// last, and writes what changed into SQLite, durably.
struct PywaPoller: Poller {
    private let process: ScriptProcess
    /// The libraries and their versions.
    var name: String { process.name }

    private static let program = """
        import dataclasses, json, resource, sqlite3, sys, time
        import httpx, pywa
        from pywa import WhatsApp, types

        base, token, account, path = sys.argv[1:5]
        session = httpx.Client()
        wa = WhatsApp(token=token, waba_id=account, session=session, api_version=25.0)
        session.base_url = f"{base}/v25.0"
        database = sqlite3.connect(path, isolation_level=None)
        database.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE thing (kind TEXT, id TEXT, document TEXT, PRIMARY KEY (kind, id));"
            "CREATE TABLE change (sequence INTEGER PRIMARY KEY AUTOINCREMENT, time REAL, kind TEXT, id TEXT, before TEXT, after TEXT)")
        seen = {}

        def text(thing):
            return None if thing is None else json.dumps(dataclasses.asdict(thing), default=str)

        def poll():
            numbers = list(wa.get_business_phone_numbers(pagination=types.Pagination(limit=100)).all())
            now = {("phone_number", number.id): number for number in numbers}
            for number in numbers:
                now["business_profile", number.id] = wa.get_business_profile(phone_id=number.id)
            changed = [key for key in now.keys() | seen.keys() if now.get(key) != seen.get(key)]
            if changed:
                database.execute("BEGIN IMMEDIATE")
                for key in changed:
                    after = text(now.get(key))
                    database.execute("INSERT OR REPLACE INTO thing VALUES (?, ?, ?)", (*key, after))
                    database.execute(
                        "INSERT INTO change (time, kind, id, before, after) VALUES (?, ?, ?, ?, ?)",
                        (time.time(), *key, text(seen.get(key)), after))
                database.execute("COMMIT")
            seen.clear()
            seen.update(now)
            return len(changed)

        print(f"pywa {pywa.__version__}, httpx {httpx.__version__}", flush=True)
        """ + ScriptProcess.measuring("poll")

    /// Starts it; `nil` if pywa cannot be imported.
    init?(graph: String, token: String, account: String, database: String) {
        guard let process = ScriptProcess(python: Self.program, [graph, token, account, database]) else { return nil }
        self.process = process
    }

    /// One poll.
    func poll() throws -> ScriptProcess.Turn { try process.turn() }

    /// Lets it come to its end.
    func stop() { process.stop() }
}
