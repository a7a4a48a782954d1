public import StrictJSON

/// An interface that a server offers: its text, and what answers its calls.
public protocol VarlinkInterface: Sendable {
    /// The text.
    var description: InterfaceDescription { get }
    /// Bare names of the methods that `handle` answers. The server answers MethodNotImplemented for the text's other methods,
    /// and does not start when one of these is not in the text.
    var implementedMethods: Set<String> { get }
    /// Answers a call: the last reply's parameters, or those before it through `replies`.
    ///
    /// Runs in a task that is cancelled when the peer has gone (except for a oneway call) and when the server stops. A `VarlinkError` that is
    /// thrown is answered; another error is reported and closes the connection.
    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject
}
