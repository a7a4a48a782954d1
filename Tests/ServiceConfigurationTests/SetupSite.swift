import Foundation
import Glibc
import GraphSimulator
import TestSupport
import WhatsAppBusiness

/// A folder with a configuration and a folder of units, before a simulated Meta, for `wabawatchd setup`.
struct SetupSite {
    static let token = Platform.sampleToken
    static let portfolio = "506914307656634"
    static let account = Platform.sampleAccountID()

    let folder: TemporaryFolder
    let simulator: GraphSimulator

    struct Outcome {
        var status: Int32
        var said: String
        var requests: [RecordedRequest]
    }

    init(_ change: (inout Platform) -> Void = { _ in }) async throws {
        folder = try TemporaryFolder()
        var platform = Platform.sample(accounts: 2, numbers: 2)
        change(&platform)
        simulator = try await GraphSimulator.start(platform)
        try write("wabawatch.yaml", "graph: { base_url: \"\(simulator.baseURL)\", timeout: 5s }\njournal: { enabled: false }\n")
        try write("token", Self.token + "\n")
    }

    var config: String { folder.path + "/wabawatch.yaml" }

    func write(_ name: String, _ text: String) throws { try write(name, bytes: Array(text.utf8)) }

    func write(_ name: String, bytes: [UInt8]) throws {
        let path = URL(filePath: "\(folder.path)/\(name)")
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: path)
    }

    /// A file's text; `nil` where there is none.
    func text(_ name: String) -> String? { try? String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8) }

    /// A file's permissions.
    func mode(_ name: String) -> UInt32 {
        var about = stat()
        return stat("\(folder.path)/\(name)", &about) == 0 ? about.st_mode & 0o7777 : 0
    }

    /// Every file below the folder, sorted, but for those that the site itself has put there.
    var files: [String] {
        let own: Set<String> = ["wabawatch.yaml", "token", "log"]
        let all = FileManager.default.subpaths(atPath: folder.path) ?? []
        var isFolder = false
        return all.filter { name in
            isFolder = false
            _ = FileManager.default.fileExists(atPath: "\(folder.path)/\(name)", isDirectory: &isFolder)
            return !isFolder && !own.contains(name)
        }.sorted()
    }

    /// The words of the command.
    func words(_ arguments: [String], isOfUnit: Bool = true) -> [String] {
        [Site.programs + "wabawatchd", "setup", "--config", config] + (isOfUnit ? ["--units", folder.path + "/units"] : []) + arguments
    }

    /// Runs setup without a terminal.
    func run(
        _ arguments: [String], input: String = "/dev/null", isOfUnit: Bool = true, environment: [String: String] = [:]
    ) async throws -> Outcome {
        let log = folder.path + "/log"
        try? FileManager.default.removeItem(atPath: log)
        let program = try Program.spawn(
            ["/bin/sh", "-c", "exec \"$@\" <\"$INPUT\"", "sh"] + words(arguments, isOfUnit: isOfUnit),
            environment: ["INPUT": input, "SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 }, log: log)
        let status = await program.wait()
        return Outcome(status: status, said: text("log") ?? "", requests: simulator.requests)
    }

    /// The same with what differs from run to run written as words.
    func said(_ outcome: Outcome) -> String {
        let port = simulator.baseURL.split(separator: ":").last.map(String.init) ?? ""
        return outcome.said.replacing(folder.path, with: "FOLDER").replacing(":\(port)", with: ":PORT").replacing(
            "port \(port)", with: "port PORT"
        )
        .replacing(/trace \w+/, with: "trace TRACE").replacing(/(accepts connections there|has no address): .*/) {
            "\($0.1): (libcurl's words)"
        }
    }
}
