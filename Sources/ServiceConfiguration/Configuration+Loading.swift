import Alarms
import GraphAPI
package import StrictYAML
import Systemd
import WhatsAppBusiness

extension Configuration {
    /// No folder of accounts holds more files.
    static let mostFiles = 10_000
    /// What the package itself puts beside the accounts, to be copied.
    static let sample = "example.yaml.sample"

    /// Reads a configuration file and the accounts in `accounts.d` beside it.
    /// - Parameter mayBeEmpty: whether it may be without accounts, as before the first is set up.
    /// - Throws: every problem there is, each with file, line and key.
    package static func load(path: String, mayBeEmpty: Bool = false) throws(ConfigurationError) -> Configuration {
        var reader = ConfigurationReader()
        var configuration = Configuration()
        configuration.file = path
        if let root = reader.file(path, mayBeEmpty: mayBeEmpty) {
            let members = reader.members(
                of: root,
                keys: [
                    "graph", "ledger", "socket", "journal", "watch", "budget", "webhook", "metrics", "cluster", "alarms", "ignore",
                    "token_folder",
                    "accounts",
                ])
            configuration.graph = reader.graph(members["graph"])
            configuration.ledger = reader.ledger(members["ledger"])
            configuration.socket = reader.socket(members["socket"])
            configuration.journal = reader.journal(members["journal"])
            configuration.budget = reader.budget(members["budget"])
            configuration.webhook = reader.webhook(members["webhook"])
            configuration.metrics = reader.metrics(members["metrics"])
            configuration.isClustered = reader.cluster(members["cluster"])
            let floors = !configuration.graph.isLoopback
            configuration.watch = reader.watch(members["watch"], over: Watch(), floors: floors)
            configuration.alarms = reader.alarms(members["alarms"], over: AlarmSettings())
            configuration.ignored = reader.ignore(members["ignore"], besides: [:])
            configuration.tokenFolder = reader.tokenFolder(members["token_folder"])
            var places = members["accounts"].map { ConfigurationReader.isNull($0.node) ? [] : reader.elements(of: $0) } ?? []
            let before = reader.problems.count
            places += reader.accounts(in: path.parentFolder + "accounts.d")
            let isFolderWhole = reader.problems.count == before
            var taken: [String: String] = [:]
            for place in places where reader.problems.count < ConfigurationReader.mostProblems {
                guard let account = reader.account(place, over: configuration, floors: floors) else { continue }
                for what in ["the name \(account.name)", "the waba_id \(account.wabaID)"] {
                    guard let other = taken.updateValue(account.place, forKey: what) else { continue }
                    reader.problems.append(place.problem("\(what) is already taken by the account at \(other)"))
                    break
                }
                configuration.accounts.append(account)
            }
            if places.isEmpty, isFolderWhole, !mayBeEmpty {
                reader.problems.append(
                    members["accounts"]?.problem("there is no account")
                        ?? ConfigurationProblem(file: path, line: nil, key: "accounts", sentence: "there is no account"))
            }
        }
        configuration.places = reader.places
        guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
        return configuration
    }
}

extension Configuration.Graph {
    /// Whether the API is asked on this machine, which is only so for a simulator.
    var isLoopback: Bool {
        do throws(EndpointError) { return try Endpoint(baseURL: baseURL, version: version).isLoopback } catch { return false }
    }
}

extension String {
    /// The folder that this path's file is in, with its last slash; empty for the working folder.
    var parentFolder: String { lastIndex(of: "/").map { String(self[...$0]) } ?? "" }
}

extension ConfigurationReader {
    /// The accounts in a folder, one a file. Only a folder that is not there at all holds none; whatever else is in the way of reading one is a problem,
    /// for an account that is taken to be gone loses everything that was seen of it.
    mutating func accounts(in folder: String) -> [YAMLPlace] {
        func fail(_ path: String, _ sentence: String) {
            problems.append(ConfigurationProblem(file: path, line: nil, key: "", sentence: sentence))
        }
        do throws(RegularFile.Failure) {
            var places: [YAMLPlace] = []
            for name in try RegularFile.names(in: folder, most: Configuration.mostFiles) ?? [] where name != Configuration.sample {
                let path = "\(folder)/\(name)"
                if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
                    if let place = file(path) { places.append(place) }
                } else {
                    fail(path, "only files with names that end in .yaml or .yml are allowed here, one for each account")
                }
                if problems.count >= Self.mostProblems { break }
            }
            return places
        } catch {
            fail(folder, "the folder \(error)")
            return []
        }
    }
}
