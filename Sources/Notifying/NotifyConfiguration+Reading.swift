import StrictJSON
package import StrictYAML
import WabaWatchInterface
import WhatsAppBusiness

extension NotifyConfiguration {
    /// Reads the file.
    /// - Throws: every problem there is, each with file, line and key.
    package static func load(path: String) throws(ConfigurationError) -> NotifyConfiguration {
        var reader = ConfigurationReader()
        var configuration = NotifyConfiguration()
        if let root = reader.file(path) {
            let members = reader.members(of: root, keys: ["socket", "routes"])
            configuration.socket = reader.optionalText(members["socket"])
            let places = members["routes"].map { $0.isNull ? [] : reader.elements(of: $0) } ?? []
            if let place = members["routes"], places.count > mostRoutes {
                reader.problems.append(place.problem("should be at most \(mostRoutes) routes"))
            }
            var taken: Set<String> = []
            for place in places.prefix(mostRoutes) where reader.problems.count < ConfigurationReader.mostProblems {
                guard let route = reader.route(place) else { continue }
                guard taken.insert(route.name).inserted else {
                    reader.problems.append(place.problem("the name \(route.name) is already taken by another route"))
                    continue
                }
                configuration.routes.append(route)
            }
            if places.isEmpty, reader.problems.isEmpty {
                reader.problems.append(
                    members["routes"]?.problem("there is no route")
                        ?? ConfigurationProblem(file: path, line: nil, key: "routes", sentence: "there is no route"))
            }
        }
        guard reader.problems.isEmpty else { throw ConfigurationError(problems: reader.problems) }
        return configuration
    }
}

extension ConfigurationReader {
    /// The longest group, the shortest and the longest time between repeats, the bounds of one delivery's time.
    private static let groups = Duration.zero...Duration.seconds(3600)
    private static let repeats = Duration.seconds(60)...Duration.seconds(30 * 86_400)
    private static let timeouts = Duration.seconds(1)...Duration.seconds(600)

    mutating func route(_ place: YAMLPlace) -> NotifyRoute? {
        let before = problems.count
        let members = members(of: place, keys: ["name", "match", "group", "repeat", "resolved", "timeout", "to"])
        guard let name = routeName(members["name"], of: place) else { return nil }
        guard let to = members["to"] else {
            problems.append(place.problem("to is missing: where the route leads"))
            return nil
        }
        guard let destination = destination(to) else { return nil }
        var route = NotifyRoute(name: name, destination: destination)
        if let place = members["match"] { match(place, &route) }
        // People are told together what comes together; programs are given at once what is there at once.
        route.group = destination.form == .message ? .seconds(30) : .milliseconds(200)
        route.group = duration(members["group"], in: Self.groups) ?? route.group
        route.timeout = duration(members["timeout"], in: Self.timeouts) ?? route.timeout
        route.tellsEnd = flag(members["resolved"]) ?? true
        if let place = members["repeat"], !place.isNull { route.repeats = duration(place, in: Self.repeats) }
        for key in ["repeat", "resolved"] where route.subject == .changes {
            if let place = members[key] { problems.append(place.problem("is for alarms: a change neither lasts nor ends")) }
        }
        if let place = members["repeat"], route.subject == .alarms, destination.form != .message {
            problems.append(place.problem("is for messages to people: an event is sent once, and alerts each minute"))
        }
        if destination.form == .alerts {
            if route.subject == .changes { problems.append(to.problem("an Alertmanager takes alarms alone")) }
            if let place = members["resolved"] {
                problems.append(place.problem("is not for an Alertmanager, which is always told the end"))
            }
        }
        return problems.count == before ? route : nil
    }

    private mutating func routeName(_ place: YAMLPlace?, of route: YAMLPlace) -> String? {
        guard let place else {
            problems.append(route.problem("name is missing"))
            return nil
        }
        guard let name = text(place) else { return nil }
        // It is the name of a file.
        let isAllowed: (UInt8) -> Bool = { 0x61...0x7A ~= $0 || 0x41...0x5A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D || $0 == 0x5F }
        guard 1...64 ~= name.utf8.count, name.utf8.allSatisfy(isAllowed) else {
            problems.append(place.problem("should be 1 to 64 letters, digits, dashes and underscores"))
            return nil
        }
        return name
    }

    private mutating func match(_ place: YAMLPlace, _ route: inout NotifyRoute) {
        let members = members(
            of: place, keys: ["accounts", "kinds", "ids", "phoneNumberIds", "operations", "fields", "minimumSeverity"])
        var filter = Filter()
        filter.accounts = texts(members["accounts"])
        filter.ids = texts(members["ids"])
        filter.phoneNumberIDs = texts(members["phoneNumberIds"])
        filter.kinds = words(members["kinds"])
        filter.operations = words(members["operations"])
        filter.minimumSeverity = word(members["minimumSeverity"])
        if let place = members["fields"] {
            filter.fields = bounded(place, atMost: Filter.fieldLimit).compactMap { element in
                guard let text = text(element) else { return nil }
                guard let pointer = JSONPointer(parsing: text) else {
                    problems.append(element.problem("should be a JSON pointer such as /status"))
                    return nil
                }
                return pointer
            }
        }
        let kinds = filter.kinds ?? [.alarm]
        route.subject = kinds == [.alarm] ? .alarms : .changes
        filter.kinds = kinds
        if kinds.contains(.alarm), kinds.count > 1 {
            problems.append((members["kinds"] ?? place).problem("alarms and changes of other kinds need a route each"))
        }
        if route.subject == .alarms {
            for key in ["operations", "fields"] {
                if let place = members[key] {
                    problems.append(place.problem("is for changes: alarms are reported when they begin, change and end"))
                }
            }
        }
        route.match = filter
    }

    private mutating func texts(_ place: YAMLPlace?) -> Set<String>? {
        guard let place, !place.isNull else { return nil }
        return Set(bounded(place, atMost: Filter.listLimit).compactMap { text($0) })
    }

    private mutating func words<Word: RawRepresentable<String> & CaseIterable & Hashable>(_ place: YAMLPlace?) -> Set<Word>? {
        guard let place, !place.isNull else { return nil }
        return Set(bounded(place, atMost: Filter.listLimit).compactMap { word($0, Word.self) })
    }

    mutating func bounded(_ place: YAMLPlace, atMost limit: Int) -> [YAMLPlace] {
        let elements = elements(of: place)
        guard elements.count <= limit else {
            problems.append(place.problem("has more than \(limit) elements"))
            return []
        }
        return elements
    }
}
