import ArgumentParser
import Glibc
import StrictJSON
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// What every command has: the daemon, the terminal, the time.
struct Session {
    let client: WabaWatch
    let terminal: Terminal

    init(_ options: SocketOptions) {
        client = WabaWatch(socket: options.path)
        terminal = .system()
    }

    /// The page that reports are laid out for, at this moment.
    var page: Page {
        Page(
            width: terminal.width, paint: Paint(isColored: terminal.isColored), isUnicode: terminal.isUnicode, time: .system,
            now: TimeRules.now)
    }

    /// Gives the body an output, through a pager where the output is a terminal and nobody said otherwise.
    func print(paged: Bool = false, _ body: (LineOutput) async throws -> Void) async throws {
        if paged, terminal.isTerminal, let command = Pager.command(environment: Terminal.environment, isInstalled: Pager.isInstalled) {
            return try await Pager.run(command, body)
        }
        let output = LineOutput()
        do {
            try await body(output)
        } catch {
            // What was listed before the failure is true all the same.
            try output.flush()
            throw error
        }
        try output.flush()
    }

    /// The id of a number that a person wrote as an id or as people write numbers. Asks the daemon only where it is not plain digits.
    func phoneNumberID(_ text: String, accounts: Set<String>? = nil) async throws -> String {
        let digits = text.filter(\.isNumber)
        guard digits != text else { return text }
        for try await resource in client.list(Filter(accounts: accounts, kinds: [.phoneNumber])) {
            if resource.document["display_phone_number"]?.string?.filter(\.isNumber) == digits { return resource.id }
        }
        throw Failure("no phone number is watched that reads \(text.printable)")
    }

    /// A word to the person, not to the program that reads the output.
    static func remark(_ text: String) {
        let output = LineOutput(STDERR_FILENO)
        try? output.line("wabawatch: \(text)")
        try? output.flush()
    }
}

/// Why a command cannot do what it was asked: one line, exit status 1.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
