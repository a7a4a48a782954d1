public import StrictJSON

/// An error of a call, as it stands in a reply: the full name of an error that an interface declares, and its parameters.
public struct VarlinkError: Error, Sendable, Equatable {
    /// The full name, such as `org.varlink.service.InvalidParameter`.
    public let name: String
    /// What the interface declares for this error.
    public let parameters: JSONObject

    /// An error of any interface.
    public init(_ name: String, _ parameters: JSONObject = [:]) {
        self.name = name
        self.parameters = parameters
    }
}

/// The errors of `org.varlink.service`, which every interface may answer (varlink.org, "Service").
extension VarlinkError {
    /// The service has no interface of that name.
    public static func interfaceNotFound(_ interface: String) -> VarlinkError { service("InterfaceNotFound", "interface", interface) }
    /// The interface has no method of that name.
    public static func methodNotFound(_ method: String) -> VarlinkError { service("MethodNotFound", "method", method) }
    /// The interface declares the method, and the service does not have it.
    public static func methodNotImplemented(_ method: String) -> VarlinkError { service("MethodNotImplemented", "method", method) }
    /// A parameter is unknown, missing, of another type, or not acceptable. Parts of a parameter are named like `filter.kinds[2]`.
    public static func invalidParameter(_ parameter: String) -> VarlinkError { service("InvalidParameter", "parameter", parameter) }
    /// The peer may not call this.
    public static let permissionDenied = VarlinkError("org.varlink.service.PermissionDenied")
    /// The method answers only calls that ask for `more`.
    public static let expectedMore = VarlinkError("org.varlink.service.ExpectedMore")
    /// The method answers only calls that ask for an upgrade.
    public static let expectedUpgrade = VarlinkError("org.varlink.service.ExpectedUpgrade")

    private static func service(_ error: String, _ parameter: String, _ value: String) -> VarlinkError {
        // What the peer wrote need not go back to it as it came: the error tells which it was.
        VarlinkError("org.varlink.service." + error, [parameter: .string(value.cut(toUTF8: ServerLimits().echoedBytes))])
    }

    /// The error with each of its texts cut to so many bytes.
    func cut(toUTF8 count: Int) -> VarlinkError {
        guard parameters.contains(where: { $0.value.string?.utf8.count ?? 0 > count }) else { return self }
        let cut = parameters.map { ($0.name, $0.value.string.map { .string($0.cut(toUTF8: count)) } ?? $0.value) }
        return VarlinkError(name, JSONObject(cut))
    }
}

extension String {
    /// The text, or so many of its first bytes and a mark where it is longer.
    func cut(toUTF8 count: Int) -> String {
        guard utf8.count > count else { return self }
        var end = utf8.index(startIndex, offsetBy: count)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + "…"
    }
}

extension VarlinkError: CustomStringConvertible {
    public var description: String { parameters.isEmpty ? name : "\(name) \(JSONValue.object(parameters))" }
}
