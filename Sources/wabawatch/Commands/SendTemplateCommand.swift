import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface

/// Sends a message that is made of a template.
struct SendTemplateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-template", abstract: "Send one message made of a template, as an alarm for people.",
        discussion: """
            Prints the message's id and Meta's status of it. The message is sent once; where it is open whether it was, nothing is repeated. Allowed to members \
            of the daemon's control group, where the account's actions have send. Exit status 1 where it was not sent.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @OptionGroup var asking: ActionOptions
    @Option(help: ArgumentHelp("The value of the template's next placeholder; may be repeated.", valueName: "text"))
    var text: [String] = []
    @Option(help: ArgumentHelp("A component as Meta takes it, JSON; may be repeated.", valueName: "json"))
    var component: [String] = []
    @Argument(help: "The account's name.", completion: .daemon(.account))
    var account: String
    @Argument(help: "The number that it comes from, by its id or as people write it.", completion: .daemon(.number(accountAt: 0)))
    var number: String
    @Argument(help: "To whom: a phone number with its country code, or a user id.")
    var to: String
    @Argument(help: "The template's name.", completion: .daemon(.template(accountAt: 0)))
    var template: String
    @Argument(help: "Its language, such as en_US.")
    var language: String

    /// The components that the options say.
    static func components(text: [String], component: [String]) throws -> [JSONObject] {
        var components: [JSONObject] = []
        if !text.isEmpty {
            components.append(["type": "body", "parameters": .array(text.map { ["type": "text", "text": .string($0)] })])
        }
        for json in component {
            guard let object = (try? JSONValue(parsing: json))?.object else { throw Failure("a component must be a JSON object") }
            components.append(object)
        }
        return components
    }

    mutating func run() async throws {
        let session = Session(connection)
        let components = try Self.components(text: text, component: component)
        let number = try await session.phoneNumberID(number, accounts: [account])
        try asking.confirm("send the template \(template) from \(number) to \(to)")
        let sent = try await session.client.send(
            SendTemplateParameters(
                account: account, phoneNumberID: number, to: to, template: template, language: language,
                components: components.isEmpty ? nil : components))
        try await session.print { output in
            switch form.output {
            case .json: try output.line(PrintableText(sent.json))
            case .cat: try output.line(PrintableText(sent.id))
            case .short, .full:
                try output.line(PrintableText("sent to \(sent.toUser ?? sent.input) as \(sent.id)\(sent.status.map { ": \($0)" } ?? "")"))
            }
        }
    }
}
