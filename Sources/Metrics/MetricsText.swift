import WhatsAppBusiness

/// Metrics as a text that is made a part at a time, as fast as it is taken: where very many numbers are watched it is long.
///
/// It holds what was known at one moment, whatever is learnt while it is made.
public struct MetricsText: Sendable {
    private let format: MetricsFormat
    private let figures: DaemonFigures
    private let state: MetricsState
    private var families: ArraySlice<MetricsFamily>
    /// Whether the first family that is left has its heading already, and the number that comes next in it.
    private var hasBegun = false
    private var nextNumber = 0
    private var hasEnded = false

    /// The metrics of what is known.
    public init(_ figures: DaemonFigures, _ state: MetricsState, as format: MetricsFormat) {
        self.format = format
        self.figures = figures
        self.state = state
        families = MetricsFamily.allCases.filter { figures.perNumber || !$0.isOfNumbers }[...]
    }

    /// The next part, of about so many bytes; `nil` behind the last.
    public mutating func next(bytes enough: Int = 128 << 10) -> [UInt8]? {
        guard !hasEnded else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(enough + 4096)
        while bytes.count < enough {
            guard let family = families.first else {
                if format == .openMetrics { bytes.append(contentsOf: "# EOF\n".utf8) }
                hasEnded = true
                return bytes.isEmpty ? nil : bytes
            }
            if !hasBegun { begin(family, &bytes) }
            hasBegun = true
            guard family.isOfNumbers else {
                write(family, &bytes)
                (families, hasBegun) = (families.dropFirst(), false)
                continue
            }
            let states = Self.states(of: family)
            let name = Array(family.rawValue.utf8)
            while nextNumber < state.numbers.count, bytes.count < enough {
                write(state.numbers[nextNumber], family, name, states, &bytes)
                nextNumber += 1
            }
            guard nextNumber == state.numbers.count else { break }
            (families, hasBegun, nextNumber) = (families.dropFirst(), false, 0)
        }
        return bytes
    }

    /// All of it.
    public var whole: [UInt8] {
        var (rest, bytes) = (self, [UInt8]())
        while let part = rest.next() { bytes += part }
        return bytes
    }

    private func begin(_ family: MetricsFamily, _ bytes: inout [UInt8]) {
        let isOpen = format == .openMetrics
        let name = isOpen ? family.openMetricsName : family.rawValue[...]
        let type =
            switch family.form {
            case .counter: "counter"
            case .gauge: "gauge"
            case .info: isOpen ? "info" : "gauge"
            }
        bytes.append(contentsOf: "# HELP \(name) \(family.help)\n# TYPE \(name) \(type)\n".utf8)
        if isOpen, let unit = family.unit { bytes.append(contentsOf: "# UNIT \(name) \(unit)\n".utf8) }
    }

    // MARK: Of the daemon and its accounts

    private func write(_ family: MetricsFamily, _ bytes: inout [UInt8]) {
        switch family {
        case .alarms:
            for (alarm, count) in state.alarmCounts {
                sample(family, [("account", alarm.account), ("name", alarm.name), ("severity", alarm.severity)], String(count), &bytes)
            }
        case .lastSuccess:
            for account in figures.accounts {
                for success in account.lastSuccess {
                    sample(family, [("account", account.account), ("kind", success.kind)], Self.seconds(success.at), &bytes)
                }
            }
        case .apiRequests:
            for account in figures.accounts {
                for request in account.requests {
                    sample(family, [("account", account.account), ("result", request.words[0])], String(request.count), &bytes)
                }
            }
        case .budgetCalls:
            for account in figures.accounts { sample(family, [("account", account.account)], String(account.callsPerHour), &bytes) }
        case .budgetUsed:
            for account in figures.accounts { sample(family, [("account", account.account)], String(account.callsLastHour), &bytes) }
        case .changes:
            for change in figures.changes {
                sample(family, [("kind", change.words[0]), ("operation", change.words[1])], String(change.count), &bytes)
            }
        case .webhooks:
            for webhook in figures.webhooks { sample(family, [("result", webhook.words[0])], String(webhook.count), &bytes) }
        case .subscribers: sample(family, [], String(figures.subscribers), &bytes)
        case .ledgerBytes: sample(family, [], String(figures.ledgerBytes), &bytes)
        case .numberInfo, .numberQuality, .numberStatus, .numberLimit:
            preconditionFailure("what is said of numbers is written number by number")
        }
    }

    private func sample(_ family: MetricsFamily, _ labels: [(StaticString, String)], _ value: String, _ bytes: inout [UInt8]) {
        bytes.append(contentsOf: family.rawValue.utf8)
        if !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            for (index, label) in labels.enumerated() { LabelText.write(label.0, label.1, first: index == 0, into: &bytes) }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(contentsOf: " \(value)\n".utf8)
    }

    /// Seconds since 1970 with the milliseconds behind a point.
    private static func seconds(_ time: Timestamp) -> String {
        let (seconds, rest) = (time.milliseconds / 1_000, time.milliseconds % 1_000)
        guard rest > 0 else { return String(seconds) }
        return "\(seconds).\(String(rest + 1_000).dropFirst())"
    }

    // MARK: Of phone numbers

    /// A state of a set, and how its samples end.
    private struct NumberState {
        let text: String
        let is0, is1: [UInt8]
    }

    private static let ratings = QualityRating.allCases.map { state("rating", $0.rawValue) }
    private static let statuses = PhoneNumberStatus.allCases.map { state("status", $0.rawValue) }

    private static func states(of family: MetricsFamily) -> [NumberState] {
        switch family {
        case .numberQuality: ratings
        case .numberStatus: statuses
        default: []
        }
    }

    private static func state(_ label: StaticString, _ text: String) -> NumberState {
        var bytes: [UInt8] = []
        LabelText.write(label, text, into: &bytes)
        return NumberState(text: text, is0: bytes + "} 0\n".utf8, is1: bytes + "} 1\n".utf8)
    }

    private func write(
        _ number: NumberFigures, _ family: MetricsFamily, _ name: [UInt8], _ states: [NumberState], _ bytes: inout [UInt8]
    ) {
        func begin() {
            bytes.append(contentsOf: name)
            bytes.append(UInt8(ascii: "{"))
            bytes.append(contentsOf: number.labels)
        }
        switch family {
        case .numberInfo:
            begin()
            bytes.append(contentsOf: number.details)
            bytes.append(contentsOf: "} 1\n".utf8)
        case .numberLimit:
            guard let limit = number.limit else { return }
            begin()
            bytes.append(contentsOf: "} \(limit)\n".utf8)
        default:
            guard let present = family == .numberQuality ? number.rating : number.status else { return }
            var isKnown = false
            for state in states {
                let isPresent = state.text == present
                isKnown = isKnown || isPresent
                begin()
                bytes.append(contentsOf: isPresent ? state.is1 : state.is0)
            }
            // A state that only Meta knows so far is one more.
            guard !isKnown else { return }
            begin()
            bytes.append(contentsOf: Self.state(family == .numberQuality ? "rating" : "status", present).is1)
        }
    }
}
