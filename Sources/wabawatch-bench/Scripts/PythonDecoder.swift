/// A Python process that decodes the page with one of its libraries, and takes the time itself.
struct PythonDecoder {
    private let process: ScriptProcess
    /// The library's name and version.
    var name: String { process.name }

    private static let program = """
        import importlib, sys, time
        library = importlib.import_module(sys.argv[1])
        page = open(sys.argv[2], "rb").read()
        version = getattr(library, "__version__", "") if sys.argv[1] != "json" else ""
        print(f"Python {sys.version.split()[0]} {sys.argv[1]} {version}".strip(), flush=True)
        for line in sys.stdin:
            times = range(int(line))
            processor, start = time.process_time(), time.perf_counter()
            for _ in times:
                library.loads(page)
            print(time.perf_counter() - start, time.process_time() - processor, flush=True)
        """

    /// Starts it; `nil` if there is no such interpreter or library.
    init?(library: String, page: String) {
        guard let process = ScriptProcess(python: Self.program, [library, page]) else { return nil }
        self.process = process
    }

    /// Has the page decoded so many times.
    func decode(times: Int) throws -> Measure {
        let figures = try process.turn("\(times)")
        guard figures.count == 2 else { throw Failure("\(name) gave no figures") }
        return Measure(operations: times, seconds: figures[0], processor: figures[1])
    }

    /// Lets it come to its end.
    func stop() { process.stop() }
}
