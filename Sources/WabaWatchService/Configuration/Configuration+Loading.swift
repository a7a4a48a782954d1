import FoundationEssentials
import WhatsAppBusiness
import Yams

extension Configuration {
    /// No configuration file is larger.
    static let largestFile = 4 << 20

    /// Reads a configuration file and the accounts in `accounts.d` beside it.
    /// - Throws: every problem there is, each with file, line and key.
    public static func load(path: String) throws(ConfigurationError) -> Configuration {
        var reader = ConfigurationReader()
        var configuration = Configuration()
        configuration.file = path
        let folder = FileManager.default
        if let root = reader.file(path) {
            let members = reader.members(of: root, keys: ["graph", "ledger", "socket", "journal", "watch", "budget", "accounts"])
            configuration.graph = reader.graph(members["graph"])
            configuration.ledger = reader.ledger(members["ledger"])
            configuration.socket = reader.socket(members["socket"])
            configuration.journal = reader.journal(members["journal"])
            configuration.budget = reader.budget(members["budget"])
            let floors = !isLoopback(configuration.graph.baseURL)
            configuration.watch = reader.watch(members["watch"], over: Watch(), floors: floors)
            var places = members["accounts"].map { ConfigurationReader.isNull($0.node) ? [] : reader.elements(of: $0) } ?? []
            let drop = path.parentFolder + "accounts.d"
            for name in ((try? folder.contentsOfDirectory(atPath: drop)) ?? []).sorted() where name.hasSuffix(".yaml") {
                if let place = reader.file("\(drop)/\(name)") { places.append(place) }
            }
            for place in places {
                guard let account = reader.account(place, over: configuration.watch, floors: floors) else { continue }
                if let other = configuration.accounts.first(where: { $0.name == account.name || $0.wabaID == account.wabaID }) {
                    let what = other.name == account.name ? "the name \(account.name)" : "the waba_id \(account.wabaID)"
                    reader.problems.append(place.problem("\(what) is already taken by the account at \(other.place)"))
                }
                configuration.accounts.append(account)
            }
            if places.isEmpty {
                reader.problems.append(ConfigurationProblem(file: path, line: nil, key: "accounts", sentence: "there is no account"))
            }
        }
        guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
        return configuration
    }

    private static func isLoopback(_ baseURL: String) -> Bool {
        let host = URL(string: baseURL)?.host() ?? ""
        return host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}

extension String {
    /// The folder that this path's file is in, with its last slash; empty for the working folder.
    var parentFolder: String { lastIndex(of: "/").map { String(self[...$0]) } ?? "" }
}

extension ConfigurationReader {
    /// The root of a file.
    mutating func file(_ path: String) -> YAMLPlace? {
        func fail(_ line: Int?, _ sentence: String) -> YAMLPlace? {
            problems.append(ConfigurationProblem(file: path, line: line, key: "", sentence: sentence))
            return nil
        }
        guard let data = try? Data(contentsOf: URL(filePath: path), options: []) else { return fail(nil, "the file cannot be read") }
        guard data.count <= Configuration.largestFile else {
            return fail(nil, "the file is larger than \(Configuration.largestFile) bytes")
        }
        guard let text = String(validating: data, as: UTF8.self) else { return fail(nil, "the file is not UTF-8") }
        do {
            guard let node = try Yams.compose(yaml: text) else { return fail(nil, "the file is empty") }
            return YAMLPlace(file: path, key: "", node: node)
        } catch let YamlError.scanner(_, problem, mark, _), let YamlError.parser(_, problem, mark, _), let YamlError.composer(
            _, problem, mark, _)
        {
            return fail(mark.line, problem)
        } catch let YamlError.duplicatedKeysInMapping(names, context) {
            return fail(context.mark.line, "\(names.joined(separator: ", ")) stands twice")
        } catch {
            return fail(nil, "the file is not YAML: \(error)")
        }
    }
}
