import ArgumentParser
import Glibc
import Printing

/// Whether it is asked before something is changed at Meta.
struct ActionOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do not ask before acting.")
    var yes = false

    /// Asks on a terminal; anything but a yes ends the command.
    /// - Parameter question: what is about to be done: `block 3 users at 106`.
    func confirm(_ question: PrintableText) throws {
        guard !yes, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return }
        let output = LineOutput.errors
        try output.line(question + "? [y/N]")
        try output.flush()
        guard let answer = readLine(), Terminal.truth(answer.split(separator: " ").joined()) == true else {
            throw Failure("nothing was done")
        }
    }
}

/// The same, for what can be shown before it is done.
struct DryRunOptions: ParsableArguments {
    @Flag(help: "Show what would change, from the last snapshot, and change nothing.")
    var dryRun = false
}
