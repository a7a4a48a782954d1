import ArgumentParser
import Printing

/// A copy of the ledger.
struct BackupCommand: AsyncParsableCommand {
    /// Where systemd keeps the packaged service's ledger (StateDirectory= with DynamicUser=).
    static let packagedLedger = "/var/lib/private/wabawatch/ledger.sqlite"

    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the ledger into a file, also while the daemon runs.",
        discussion: """
            The copy holds everything that was recorded when it began, and is there complete or not at all. Only its owner may read it. It is made by root \
            or the service's own user, because no other user can read the ledger.
            """)

    @Option(help: "The ledger's file.", completion: .file())
    var ledger = Self.packagedLedger
    @Flag(help: "Replace a file that is there.")
    var force = false
    @Argument(help: "The copy.", completion: .file())
    var file: String

    mutating func run() async throws {
        let size = try LedgerCopy(ledger: ledger, target: file, replaces: force).make()
        let output = LineOutput()
        try output.line("\(file): \(size) bytes, a copy of \(ledger)")
        try output.flush()
    }
}
