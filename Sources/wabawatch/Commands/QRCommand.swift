import ArgumentParser
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// QR codes of a number.
struct QRCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qr", abstract: "Create, change and delete QR codes of a number.",
        discussion: """
            Changes the account at Meta once, and polls it afterwards; allowed to members of the daemon's control group, where the account's actions have \
            qr_code. Exit status 1 where it was not done.
            """,
        subcommands: [Create.self, Change.self, Delete.self])

    /// Where.
    struct Place: ParsableArguments {
        @Argument(help: "The account's name.", completion: .daemon(.account))
        var account: String
        @Argument(help: "The number, by its id or as people write it.", completion: .daemon(.number(accountAt: 0)))
        var number: String
    }

    /// A new code.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "create", abstract: "Create a QR code; its id is printed.")

        @OptionGroup var connection: SocketOptions
        @OptionGroup var form: OutputOptions
        @OptionGroup var asking: ActionOptions
        @OptionGroup var place: Place
        @Argument(help: "What people find written, at most 140 characters.")
        var message: String

        mutating func run() async throws {
            let session = Session(connection)
            let number = try await session.phoneNumberID(place.number, accounts: [place.account])
            try asking.confirm("create a QR code at \(number)")
            try await session.update(
                UpdateParameters(
                    account: place.account, kind: .qrCode, phoneNumberID: number, document: ["prefilled_message": .string(message)]),
                form.output)
        }
    }

    /// Another message behind a code.
    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "change", abstract: "Put another message behind a QR code.")

        @OptionGroup var connection: SocketOptions
        @OptionGroup var form: OutputOptions
        @OptionGroup var asking: ActionOptions
        @OptionGroup var trial: DryRunOptions
        @OptionGroup var place: Place
        @Argument(help: "The code.", completion: .daemon(.id(of: .qrCode, accountAt: 0)))
        var code: String
        @Argument(help: "What people find written, at most 140 characters.")
        var message: String

        mutating func run() async throws {
            let session = Session(connection)
            let number = try await session.phoneNumberID(place.number, accounts: [place.account])
            let parameters = UpdateParameters(
                account: place.account, kind: .qrCode, id: code, phoneNumberID: number, document: ["prefilled_message": .string(message)])
            if trial.dryRun {
                let present = try await session.present(parameters)
                return try await session.print { try $0.lines(PlannedChange(from: present, setting: parameters.document).texts) }
            }
            try asking.confirm("change the QR code \(code) of \(number)")
            try await session.update(parameters, form.output)
        }
    }

    /// A code that is withdrawn.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Delete a QR code: whoever has it printed cannot use it any more.")

        @OptionGroup var connection: SocketOptions
        @OptionGroup var form: OutputOptions
        @OptionGroup var asking: ActionOptions
        @OptionGroup var place: Place
        @Argument(help: "The code.", completion: .daemon(.id(of: .qrCode, accountAt: 0)))
        var code: String

        mutating func run() async throws {
            let session = Session(connection)
            let number = try await session.phoneNumberID(place.number, accounts: [place.account])
            try asking.confirm("delete the QR code \(code) of \(number)")
            let reply = try await session.client.delete(.qrCode, code, account: place.account, phoneNumberID: number)
            try await session.print { output in
                switch form.output {
                case .json: try output.line(PrintableText(reply.json))
                case .cat: try output.line(PrintableText(reply.cursor.text))
                case .short, .full: try output.line(PrintableText(Session.told(reply.success, reply.changes, reply.cursor)))
                }
            }
            if !reply.success { throw ExitCode(1) }
        }
    }
}
