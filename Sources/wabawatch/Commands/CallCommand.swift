import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface

/// Any method of the interface.
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Call a method of the interface, and print its replies, one JSON object a line.",
        discussion:
            "GetStatus, List, History and Subscribe are called for all their replies; GetStatus has several where very many are watched.")

    @OptionGroup var connection: SocketOptions
    @Flag(help: "Ask for more than one reply.")
    var more = false
    @Argument(help: "The method, by its bare or its full name.", completion: .list(methods))
    var method: String
    @Argument(help: "Its parameters, a JSON object.")
    var parameters: String?

    /// What may be called, as the interface's text has it.
    static var methods: [String] {
        Interface.text.matches(of: #/(?m)^method (\w+)\(/#).map { String($0.output.1) } + ["org.varlink.service.GetInfo"]
    }

    func validate() throws { _ = try object() }

    mutating func run() async throws {
        let session = Session(connection)
        let name = method.contains(".") ? method : "\(Interface.name).\(method)"
        let parameters = try object()
        let streams = [
            GetStatusParameters.qualifiedMethod, ListParameters.qualifiedMethod, HistoryParameters.qualifiedMethod,
            SubscribeParameters.qualifiedMethod,
        ]
        let output = LineOutput()
        guard more || streams.contains(name) else {
            try output.line(PrintableText(try await session.client.call(name, parameters)))
            return try output.flush()
        }
        output.endWithReader()
        for try await reply in session.client.replies(name, parameters) {
            try output.line(PrintableText(reply))
            // A stream may be silent for long after this reply.
            try output.flush()
        }
    }

    private func object() throws -> JSONObject {
        guard let parameters else { return [:] }
        do throws(JSONError) {
            guard let object = try JSONValue(parsing: parameters).object else {
                throw JSONError(.unexpectedByte, at: 0, detail: "an object is wanted")
            }
            return object
        } catch { throw ValidationError("The parameters are no JSON object: \(error).") }
    }
}
