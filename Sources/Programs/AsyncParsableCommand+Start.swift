public import ArgumentParser
internal import Glibc
internal import Printing

/// How an error is told: a line on standard error and an exit status.
public struct Ending: Equatable, Sendable {
    /// One line.
    public let message: String
    /// The exit status.
    public let code: Int32

    /// A line and an exit status.
    public init(message: String, code: Int32) {
        self.message = message
        self.code = code
    }
}

extension AsyncParsableCommand {
    /// Parses the arguments and runs the command. Whatever ends it is told through `Printing`: the parser repeats arguments in its words, and
    /// an argument may be a name from outside.
    /// - Parameter ending: how an error of the program's own is told; `nil` for the parser's, and for those that it can tell.
    public static func start(telling ending: (any Error) -> Ending? = { _ in nil }) async {
        do {
            // What a shell completes may have to be asked for first.
            let command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                var command = command
                try command.run()
            }
        } catch is BrokenPipe {
            // Nobody is left to be told.
        } catch {
            if let ending = ending(error) {
                remark("\(_commandName): \(ending.message)")
                Glibc.exit(ending.code)
            }
            end(with: error)
        }
    }

    /// As the parser does it: help and the like to standard output, mistakes to standard error.
    private static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        let message = Self.withoutForgedLines(fullMessage(for: error), CommandLine.arguments.dropFirst())
        if !message.isEmpty {
            let output = code.isSuccess ? LineOutput() : .errors
            try? output.lines(PrintableText.lines(of: message))
            try? output.flush()
        }
        Glibc.exit(code.rawValue)
    }

    private static func remark(_ line: PrintableText) {
        let output = LineOutput.errors
        try? output.line(line)
        try? output.flush()
    }

    /// The parser's lines are its own; a line break inside an argument that it repeats is written out.
    static func withoutForgedLines(_ message: String, _ arguments: some Sequence<String>) -> String {
        var message = message
        for argument in arguments where argument.utf8.contains(UInt8(ascii: "\n")) {
            let value = argument.unicodeScalars.split(separator: "=", maxSplits: 1).last.map { String($0) } ?? argument
            for text in [argument, value] { message = message.replacing(text, with: PrintableText(text).plain) }
        }
        return message
    }
}
