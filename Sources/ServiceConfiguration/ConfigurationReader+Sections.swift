import Actions
import GraphAPI
import StrictYAML
import Systemd
import Watching
import WhatsAppBusiness
import Yams

/// The longest span that is accepted where nothing else bounds it.
private let ages = Duration.seconds(100_000 * 86_400)

extension ConfigurationReader {
    mutating func graph(_ place: YAMLPlace?) -> Configuration.Graph {
        var graph = Configuration.Graph()
        guard let place else { return graph }
        let members = members(of: place, keys: ["base_url", "version", "timeout", "expansion", "ca_file"])
        graph.baseURL = text(members["base_url"]) ?? graph.baseURL
        if let place = members["base_url"] { checkEndpoint(place, Configuration.Graph(baseURL: graph.baseURL)) }
        graph.version = text(members["version"]) ?? graph.version
        if let place = members["version"] { checkEndpoint(place, Configuration.Graph(version: graph.version)) }
        graph.timeout = duration(members["timeout"], in: .milliseconds(100)...Duration.seconds(600)) ?? graph.timeout
        graph.expansion = word(members["expansion"]) ?? graph.expansion
        graph.caFile = optionalText(members["ca_file"])
        places["graph.ca_file"] = members["ca_file"]?.place
        return graph
    }

    private mutating func checkEndpoint(_ place: YAMLPlace, _ graph: Configuration.Graph) {
        do throws(EndpointError) { _ = try Endpoint(baseURL: graph.baseURL, version: graph.version) } catch {
            problems.append(place.problem("\(error)"))
        }
    }

    mutating func ledger(_ place: YAMLPlace?) -> Configuration.Ledger {
        var ledger = Configuration.Ledger()
        guard let place else { return ledger }
        let members = members(of: place, keys: ["path", "keep_changes", "keep_at_least"])
        ledger.path = optionalText(members["path"])
        ledger.keepChanges = duration(members["keep_changes"], in: .seconds(60)...ages) ?? ledger.keepChanges
        ledger.keepAtLeast = integer(members["keep_at_least"], in: 0...1_000_000_000) ?? ledger.keepAtLeast
        return ledger
    }

    mutating func socket(_ place: YAMLPlace?) -> Configuration.Socket {
        var socket = Configuration.Socket()
        guard let place else { return socket }
        let members = members(of: place, keys: ["path", "mode", "control_group", "max_connections"])
        socket.path = optionalText(members["path"])
        if let place = members["mode"], let text = text(place) {
            if let mode = UInt32(text, radix: 8), mode <= 0o777 {
                socket.mode = mode
            } else {
                problems.append(place.problem("should be permissions in octal such as \"0660\""))
            }
        }
        socket.controlGroup = optionalText(members["control_group"])
        places["socket.control_group"] = members["control_group"]?.place
        socket.maxConnections = integer(members["max_connections"], in: 1...1_000_000) ?? socket.maxConnections
        return socket
    }

    mutating func journal(_ place: YAMLPlace?) -> Configuration.Journal {
        guard let place, let enabled = members(of: place, keys: ["enabled"])["enabled"] else { return .auto }
        switch enabled.node.scalar?.string {
        case "auto": return .auto
        case "true": return .yes
        case "false": return .no
        default:
            problems.append(enabled.problem("should be true, false or auto"))
            return .auto
        }
    }

    mutating func budget(_ place: YAMLPlace?) -> Configuration.Budget {
        var budget = Configuration.Budget()
        guard let place else { return budget }
        let members = members(of: place, keys: ["share", "calls_per_hour"])
        budget.share = share(members["share"], in: 1...100) ?? budget.share
        budget.callsPerHour = integer(members["calls_per_hour"], in: 1...1_000_000_000)
        return budget
    }

    /// - Parameter floors: whether intervals have floors; a simulator on a loopback address has none.
    mutating func watch(_ place: YAMLPlace?, over defaults: Configuration.Watch, floors: Bool) -> Configuration.Watch {
        var watch = defaults
        watch.place = place?.place ?? watch.place
        guard let place else { return watch }
        let members = members(of: place, keys: Set(Kind.polled.map(\.rawValue)).union(["splay", "adaptive"]))
        watch.splay = share(members["splay"], in: 0...50) ?? watch.splay
        watch.isAdaptive = flag(members["adaptive"]) ?? watch.isAdaptive
        for kind in Kind.polled {
            guard let place = members[kind.rawValue], let settings = watch.kinds[kind] else { continue }
            watch.kinds[kind] = self.kind(kind, place, over: settings, floors: floors)
        }
        return watch
    }

    private mutating func kind(_ kind: Kind, _ place: YAMLPlace, over defaults: Configuration.KindSettings, floors: Bool)
        -> Configuration.KindSettings
    {
        var settings = defaults
        let members = members(of: place, keys: kind.row.takesWindows ? ["every", "paging", "window", "since", "full_sweep"] : ["every"])
        if let every = members["every"] {
            settings.place = every.place
            if every.node.scalar?.string == "never" {
                settings.every = nil
            } else if let carrier = kind.row.ridesOn?.kind {
                problems.append(every.problem("comes with the \(carrier.rawValue)'s own request; only never can be set"))
            } else {
                let floor = floors ? kind.row.shortestInterval : .milliseconds(1)
                settings.every = duration(every, in: floor...ages) ?? settings.every
            }
        }
        settings.paging = word(members["paging"]) ?? settings.paging
        settings.window = duration(members["window"], in: .seconds(86_400)...Duration.seconds(180 * 86_400)) ?? settings.window
        if let place = members["since"], let text = text(place) {
            if Timestamp(parsing: "\(text)T00:00:00Z") != nil {
                settings.since = text
            } else {
                problems.append(place.problem("should be a day such as 2022-05-01"))
            }
        }
        let least = settings.every ?? .zero
        settings.fullSweep = duration(members["full_sweep"], in: least...max(ages, least)) ?? max(settings.fullSweep, least)
        return settings
    }

    /// - Parameter defaults: what is set for all accounts.
    mutating func account(_ place: YAMLPlace, over defaults: Configuration, floors: Bool) -> Configuration.Account? {
        let members = members(
            of: place, keys: ["name", "waba_id", "token", "app_secret", "phone_numbers", "watch", "expect", "alarms", "ignore", "actions"])
        let required = ["name", "waba_id"] + (defaults.tokenFolder == nil ? ["token"] : [])
        for key in required where members[key] == nil {
            problems.append(place.problem("\(key) is missing"))
        }
        let name = text(members["name"])
        if let name, let place = members["name"], !Self.isName(name) {
            problems.append(place.problem("should be at most 64 letters, digits, dots, dashes and underscores"))
        }
        let wabaID = id(members["waba_id"])
        let token = members["token"].map { secret($0) } ?? name.flatMap { self.token(of: $0, in: defaults.tokenFolder, place) }
        let appSecret = members["app_secret"].flatMap { Self.isNull($0.node) ? nil : secret($0) }
        var numbers: [String]?
        if let place = members["phone_numbers"], place.node.scalar?.string != "all" {
            numbers = self.numbers(place)
        }
        var watch = watch(members["watch"], over: defaults.watch, floors: floors)
        let expectations = expect(members["expect"])
        let alarms = alarms(members["alarms"], over: defaults.alarms)
        let ignored = ignore(members["ignore"], besides: defaults.ignored)
        // What comes with another kind's request comes only with it.
        for kind in Kind.polled where watch.kinds[kind]?.every == nil {
            for rider in kind.riders { watch.kinds[rider]?.every = nil }
        }
        checkThatSomethingIsWatched(watch, place)
        guard let name, let wabaID, let token else { return nil }
        return Configuration.Account(
            name: name, wabaID: wabaID, token: token.source, appSecret: appSecret?.source, phoneNumbers: numbers, watch: watch,
            expectations: expectations, alarms: alarms, ignored: ignored, actions: actions(members["actions"]),
            place: "\(place.file):\(place.line ?? 1)", wabaIDPlace: members["waba_id"]?.place ?? Configuration.Place(),
            phoneNumbersPlace: members["phone_numbers"]?.place ?? Configuration.Place(), tokenPlace: token.place,
            appSecretPlace: appSecret?.place ?? Configuration.Place())
    }

    /// What may be done at Meta: none unless it is named.
    private mutating func actions(_ place: YAMLPlace?) -> Set<ActionName> {
        guard let place else { return [] }
        var actions: Set<ActionName> = []
        for element in elements(of: place) {
            guard let name = text(element) else { continue }
            guard let action = ActionName(rawValue: name) else {
                let known = ActionName.allCases.map(\.rawValue).joined(separator: ", ")
                problems.append(element.problem("is no action; those are \(known)"))
                continue
            }
            if !actions.insert(action).inserted { problems.append(element.problem("duplicate action")) }
        }
        return actions
    }

    private mutating func numbers(_ place: YAMLPlace) -> [String] {
        let elements = elements(of: place)
        if case .sequence = place.node, elements.isEmpty {
            problems.append(place.problem("no number is named, so nothing of any would be watched; all, or a list of ids"))
        }
        var numbers: [String] = []
        for element in elements {
            guard let id = id(element) else { continue }
            if numbers.contains(id) { problems.append(element.problem("duplicate number")) }
            numbers.append(id)
        }
        return numbers
    }

    /// Kinds that can be on and yet are never polled.
    private mutating func checkThatSomethingIsWatched(_ watch: Configuration.Watch, _ account: YAMLPlace) {
        func isOn(_ kind: Kind) -> Bool { watch.kinds[kind]?.every != nil }
        let ofNumbers = AccountPlan.numberKinds.filter(isOn)
        let problem: ConfigurationProblem
        if !isOn(.phoneNumber), !ofNumbers.isEmpty {
            let names = ofNumbers.map(\.rawValue).joined(separator: ", ")
            let place = watch.kinds[.phoneNumber]?.place ?? account.place
            problem = place.problem("the numbers are found by phone_number, which cannot be turned off while \(names) are on")
        } else if !AccountPlan.accountKinds.contains(where: isOn) {
            problem = (watch.place ?? account.place).problem("every kind is turned off, so nothing would be watched")
        } else {
            return
        }
        // The defaults are those of many accounts.
        if !problems.contains(problem) { problems.append(problem) }
    }

    mutating func secret(_ place: YAMLPlace) -> (source: Configuration.SecretSource, place: Configuration.Place)? {
        let members = members(of: place, keys: ["credential", "file", "environment"])
        guard members.count == 1, let (key, value) = members.first, let name = text(value) else {
            if members.count != 1 { problems.append(place.problem("should name one of credential, file and environment")) }
            return nil
        }
        switch key {
        case "credential": return (.credential(name), value.place)
        case "file": return (.file(name), value.place)
        default: return (.environment(name), value.place)
        }
    }

    /// The folder of tokens: a credential's name, or an absolute path.
    mutating func tokenFolder(_ place: YAMLPlace?) -> String? {
        guard let place, let folder = optionalText(place) else { return nil }
        guard folder.hasPrefix("/") || Credentials.isValid(folder) else {
            problems.append(place.problem("should be the name of a folder of credentials, as LoadCredential= has it, or an absolute path"))
            return nil
        }
        return folder
    }

    /// The token of an account that names none.
    private func token(
        of name: String, in folder: String?, _ place: YAMLPlace
    ) -> (source: Configuration.SecretSource, place: Configuration.Place)? {
        folder.map { ($0.hasPrefix("/") ? .file("\($0)/\(name)") : .credential("\($0)/\(name)"), place.place) }
    }

    /// Whether an account may have that name.
    static func isName(_ text: String) -> Bool { 1...64 ~= text.utf8.count && text.utf8.allSatisfy(isNameByte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
