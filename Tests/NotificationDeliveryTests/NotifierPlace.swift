import FoundationEssentials
import TestSupport
import WabaWatchInterface

@testable import NotificationDelivery

/// A folder with a configuration, in which the program runs.
struct NotifierPlace {
    let folder: TemporaryFolder
    var config: String { folder.path + "/notify.yaml" }
    var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }

    init(_ text: String) throws {
        folder = try TemporaryFolder()
        try write(text)
    }

    func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: config)) }

    /// - Parameter tracing: what runs it.
    func start(_ arguments: [String] = [], under tracing: [String] = [], environment: [String: String] = [:]) throws -> Program {
        try Program.spawn(
            tracing + [Site.programs + "wabawatch-notify", "--config", config] + arguments,
            environment: ["SWIFT_BACKTRACE": "enable=no", "STATE_DIRECTORY": folder.path].merging(environment) { $1 },
            log: folder.path + "/log")
    }

    func cursor(_ route: String) throws -> String? { try RouteStore(folder: folder.path, route: route).cursor()?.text }
}
