import StrictJSON

/// A kind of number or text that the daemon tells of itself, as `io.systemd.Metrics` has it.
struct MetricFamily: Sendable, Equatable {
    /// What its values are.
    enum Form: String, Sendable {
        /// It only grows while the daemon runs.
        case counter
        /// It goes up and down.
        case gauge
        /// A text.
        case string
    }

    /// The bare name; the socket's name stands before it.
    let name: String
    let form: Form
    /// One sentence, with the unit.
    let description: String

    /// The name with which it is told.
    var fullName: String { "io.wabawatch.\(name)" }
}

/// One value of a family.
struct Metric: Sendable {
    let family: MetricFamily
    let value: JSONValue
    /// What it is about, where there are several.
    var object: String?
    /// What tells it from the others of its family and object.
    var fields: JSONObject = [:]
}

extension Metric {
    init(_ family: MetricFamily, _ value: some FixedWidthInteger, of object: String? = nil, _ fields: JSONObject = [:]) {
        self.init(family: family, value: .integer(value), object: object, fields: fields)
    }
}
