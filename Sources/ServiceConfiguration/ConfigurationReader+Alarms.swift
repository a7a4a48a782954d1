import Alarms
import StrictJSON
import StrictYAML
import WhatsAppBusiness
import Yams

// What a configuration says of alarms, and of members that nobody wants to hear of.

extension ConfigurationReader {
    /// No alarm waits longer for its condition to hold.
    private static let longestSettling = Duration.seconds(7 * 86_400)
    /// So many members of a kind may be ignored, and so many applications expected.
    private static let mostElements = 100

    /// What an account expects of itself.
    mutating func expect(_ place: YAMLPlace?) -> Expectations {
        var expectations = Expectations()
        guard let place else { return expectations }
        let members = members(of: place, keys: ["callback", "apps", "two_step_pin", "catalogue_visible"])
        if let place = members["callback"], let callback = text(place) {
            if ["https://", "http://"].contains(where: callback.hasPrefix), callback.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) {
                expectations.callback = callback
            } else {
                problems.append(place.problem("should be an address such as https://example.com/webhook"))
            }
        }
        if let place = members["apps"] {
            let elements = bounded(elements(of: place), of: place)
            expectations.apps = Set(elements.compactMap { id($0) })
        }
        if let place = members["two_step_pin"], let isOn = flag(place) {
            if isOn {
                expectations.twoStepPIN = true
            } else {
                problems.append(place.problem("can only be expected to be true"))
            }
        }
        expectations.isCatalogueVisible = flag(members["catalogue_visible"])
        return expectations
    }

    /// What is said of alarms by their names.
    mutating func alarms(_ place: YAMLPlace?, over defaults: AlarmSettings) -> AlarmSettings {
        var settings = AlarmSettings()
        guard let place else { return defaults }
        for (name, place) in members(of: place, keys: AlarmSettings.names).sorted(by: { $0.key < $1.key }) {
            if place.node.scalar?.string == "never" {
                settings.rules[name] = .never
            } else if case .scalar = place.node {
                problems.append(place.problem("should be never, or { settle: … }"))
            } else if let settle = duration(members(of: place, keys: ["settle"])["settle"], in: .zero...Self.longestSettling) {
                settings.rules[name] = .settle(settle)
            }
        }
        return settings.over(defaults)
    }

    /// The members that are kept out of changes, kind by kind, besides those that are anyway.
    mutating func ignore(_ place: YAMLPlace?, besides others: [Kind: [JSONPointer]]) -> [Kind: [JSONPointer]] {
        var ignored = others
        guard let place else { return ignored }
        // Things of the other kinds have no members that are compared.
        let kinds = Kind.polled.filter { !$0.row.keepsOnlyKeys }
        let members = members(of: place, keys: Set(kinds.map(\.rawValue)))
        for kind in kinds {
            guard let place = members[kind.rawValue] else { continue }
            for element in bounded(elements(of: place), of: place) {
                guard let text = text(element) else { continue }
                guard let pointer = JSONPointer(parsing: text), !pointer.names.isEmpty else {
                    problems.append(element.problem("should be a JSON pointer such as /about"))
                    continue
                }
                if !ignored[kind, default: []].contains(pointer) { ignored[kind, default: []].append(pointer) }
            }
        }
        return ignored
    }

    private mutating func bounded(_ elements: [YAMLPlace], of place: YAMLPlace) -> [YAMLPlace] {
        guard elements.count > Self.mostElements else { return elements }
        problems.append(place.problem("has more than \(Self.mostElements) elements"))
        return []
    }
}
