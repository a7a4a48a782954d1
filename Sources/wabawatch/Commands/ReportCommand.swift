import ArgumentParser
import Glibc
import Printing
import StrictJSON
import WabaWatchClient
import WabaWatchInterface

/// Hands in a webhook by hand.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Hand in the body of a webhook, as Meta sent it.",
        discussion: """
            For a webhook that was kept elsewhere, or did not come through. The signature is over every byte of the body: a file that was edited or formatted \
            anew is refused. What was handed in before is counted as ignored, as is what concerns no account that is watched. Allowed to members of the daemon's \
            control group. Exit status 1 where the signature is not by an app secret of the configuration.
            """)

    @OptionGroup var connection: SocketOptions
    @OptionGroup var form: OutputOptions
    @Option(help: ArgumentHelp("The value of the webhook's header X-Hub-Signature-256: sha256=…", valueName: "signature"))
    var signature: String
    @Argument(help: "The file with the body; - reads it from standard input.", completion: .file())
    var file: String

    mutating func run() async throws {
        let session = Session(connection)
        let reply = try await session.client.report(body: try body(), signature: signature)
        try await session.print { output in
            switch form.output {
            case .json: try output.line(PrintableText(reply.json))
            case .cat: try output.line(PrintableText(reply.cursor.text))
            case .short, .full:
                let (changes, ignored) = (StatusReport.count(reply.changes, "change"), StatusReport.count(reply.ignored, "other"))
                try output.line("recorded \(changes), ignored \(ignored); the log is at \(reply.cursor.text)")
            }
        }
    }

    /// The body's bytes. Of one that is too long no more is read than shows that.
    private func body() throws -> [UInt8] {
        let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("\(file) cannot be read: \(String(cString: strerror(errno)))") }
        defer { if file != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure("\(file) cannot be read: \(String(cString: strerror(errno)))") }
            guard count > 0 else { return bytes }
            bytes += part[..<count]
            guard bytes.count <= ReportParameters.bodyLimit else {
                throw Failure("\(file) has more than \(ReportParameters.bodyLimit) bytes, the most that the body of a webhook may have")
            }
        }
    }
}
