import FoundationEssentials
import Glibc
import Simulation
import Testing

/// The simulation's program as `swift test` runs it: some seeds, each seed again the same run.
@Suite struct SimulationTests {
    /// Runs the program beside the tests with a hash order that repeats, and returns its status and lines.
    private func run(_ arguments: String...) throws -> (status: Int32, lines: [Substring]) {
        let program = try #require(ProgramFile.path, "the simulation's program is built beside the tests")
        let output = FileManager.default.temporaryDirectory.path() + "wabawatch-simulation-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        let list = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for text in list { free(text) } }
        var process = pid_t()
        try #require(posix_spawn(&process, program, &actions, nil, list, environ) == 0)
        var status: Int32 = 0
        try #require(waitpid(process, &status, 0) == process)
        let text = String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self)
        return (status, text.split(separator: "\n"))
    }

    /// All of them are run by the program itself; each of these takes half a second, and six where other things use the processors.
    @Test(.timeLimit(.minutes(10))) func seeds_keepEveryPromise() throws {
        let (status, lines) = try run("--seeds", "0..<60")
        #expect(status == 0, "\(lines.joined(separator: "\n"))")
        #expect(lines.last?.hasPrefix("60 seeds") == true)
    }

    /// Each of these has found a fault of the product.
    @Test(.timeLimit(.minutes(10)), arguments: [1314, 3288, 8780, 9254]) func seed_thatOnceFoundAFault_findsItNoMore(seed: Int) throws {
        let (status, lines) = try run("--seed", "\(seed)")
        #expect(status == 0, "\(lines.joined(separator: "\n"))")
    }

    /// Each promise broken in what the checker is given: the list says which seed shows it. The product's own code is broken by `mutations.sh`.
    @Test(.timeLimit(.minutes(10))) func promise_brokenOnPurpose_isSeen() throws {
        let (status, lines) = try run("--break", "all", "--seeds", "0..<40")
        #expect(status == 0, "\(lines.joined(separator: "\n"))")
        #expect(lines.count == Mutation.allCases.count)
        #expect(lines.allSatisfy { $0.contains(": seed ") })
    }

    /// Each break of the product's own code was seen by a seed: `mutations.sh` applies the patches, runs seeds and writes the list.
    @Test func patch_ofTheProductsOwnCode_wasSeenByASeed() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let folder = tests.appending(path: "Simulation/Mutations")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter {
            $0.hasSuffix(".patch") && $0 != "switch.patch"
        }
        let text = String(decoding: try Data(contentsOf: folder.appending(path: "caught.txt")), as: UTF8.self)
        let lines = text.split(separator: "\n").filter { $0.contains(": seed ") }
        let caught = lines.compactMap { $0.split(separator: ":").first.map(String.init) }
        #expect(names.count > 20)
        #expect(Set(caught) == Set(names.map { String($0.dropLast(".patch".count)) }))
    }

    /// Twice as many numbers cost twice as much, or a little more.
    @Test(.timeLimit(.minutes(5))) func numbers_manyOfThem_costNoMoreEach() throws {
        let (status, lines) = try run("numbers", "200", "2000")
        #expect(status == 0, "\(lines.joined(separator: "\n"))")
        #expect(lines.count == 2)
    }

    @Test(.timeLimit(.minutes(5))) func seed_runAgain_isTheSameRun() throws {
        for seed in ["1", "7", "31"] {
            let (first, second) = (try run("--seed", seed, "--trace"), try run("--seed", seed, "--trace"))
            #expect(first.lines.count > 20)
            #expect(first.lines == second.lines)
        }
    }
}

enum ProgramFile {
    /// The program that is built beside the tests' bundle.
    static var path: String? {
        var folder = URL(filePath: CommandLine.arguments.first { $0.contains(".xctest") } ?? "/proc/self/exe").resolvingSymlinksInPath()
        for _ in 0..<4 {
            folder.deleteLastPathComponent()
            let program = folder.appending(path: "wabawatch-simulation").path()
            if FileManager.default.isExecutableFile(atPath: program) { return program }
        }
        return nil
    }
}
