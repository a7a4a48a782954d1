package import StrictJSON
package import Varlink

/// Answers `io.systemd.Metrics` (systemd 260 and later), so that `systemd-report` and its like find the daemon's numbers.
package struct MetricsService: VarlinkInterface {
    package let description: InterfaceDescription
    package let implementedMethods: Set<String> = ["List", "Describe"]
    private let source: MetricsSource

    /// Answers with what a source gathers.
    package init(_ source: MetricsSource) throws {
        description = try InterfaceDescription(parsing: Self.text)
        self.source = source
    }

    package func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        guard call.wantsMore else { throw VarlinkError.expectedMore }
        var told = Told(to: replies)
        switch call.methodName {
        case "List": try await source.tell(replies) { page in for metric in page { try await told.add(Self.json(metric)) } }
        case "Describe": for family in MetricFamily.all { try await told.add(Self.json(family)) }
        default: throw VarlinkError.methodNotFound(call.method)
        }
        return try await told.end()
    }

    /// What is told, some in one write. The last one goes out as the call's own reply.
    private struct Told {
        /// Bytes that are enough for one write.
        private static let enough = 64 << 10

        private let replies: Replies
        private var frames = Frames()
        private var held: JSONObject?

        init(to replies: Replies) { self.replies = replies }

        mutating func add(_ reply: JSONObject) async throws {
            if let held { frames.append(held) }
            held = reply
            guard frames.byteCount >= Self.enough else { return }
            try await replies.send(frames: frames)
            frames = Frames()
        }

        mutating func end() async throws -> JSONObject {
            guard let held else { throw VarlinkError("io.systemd.Metrics.NoSuchMetric") }
            try await replies.send(frames: frames)
            return held
        }
    }

    private static func json(_ metric: Metric) -> JSONObject {
        var json: JSONObject = ["name": .string(metric.family.fullName), "value": metric.value]
        json["object"] = metric.object.map(JSONValue.string)
        if !metric.fields.isEmpty { json["fields"] = .object(metric.fields) }
        return json
    }

    private static func json(_ family: MetricFamily) -> JSONObject {
        ["name": .string(family.fullName), "description": .string(family.description), "type": .string(family.form.rawValue)]
    }

    /// Types, methods, members and their order are those of systemd's `varlink-io.systemd.Metrics.c`.
    static let text = """
        # What a service counts and measures of itself.
        interface io.systemd.Metrics

        # What the values of a family are: a "counter" only grows, a "gauge" goes up and down.
        type MetricFamilyType(
          counter,
          gauge,
          string
        )

        # Every value there is. Needs "more".
        method List() -> (
          # The family's name.
          name: string,
          # A number or a text, as the family's type says.
          value: any,
          # What it is about, where there are several.
          object: ?string,
          # What tells it from others of the family.
          fields: ?object
        )

        # Every family there is. Needs "more".
        method Describe() -> (
          # The family's name.
          name: string,
          # What its values mean.
          description: string,
          type: MetricFamilyType
        )

        # There is no such metric.
        error NoSuchMetric()

        """
}
