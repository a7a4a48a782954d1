import Foundation

/// What a program says of its own command line (ArgumentParser's `--experimental-dump-help`), as far as it tells whether a line is one of it.
struct CommandLineHelp: Decodable {
    struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }
            var kind: String
            var names: [Name]?
        }
        var commandName: String
        var defaultSubcommand: String?
        var arguments: [Argument]?
        var subcommands: [Command]?
    }

    var command: Command

    /// What is wrong with the words behind the program's name; `nil` where nothing is.
    func complaint(_ words: [String]) -> String? {
        var path = [command]
        var positions = 0
        var rest = words[...]
        while let word = rest.popFirst() {
            if word.hasPrefix("-"), word.count > 1, Double(word) == nil {
                let name = word.split(separator: "=", omittingEmptySubsequences: false)[0]
                guard let option = Self.option(String(name), path) else { return "\(path.last?.commandName ?? "") has no \(name)" }
                if option.kind == "option", !word.contains("="), rest.popFirst() == nil { return "\(name) has no value" }
            } else if positions == 0, let command = path.last?.subcommands?.first(where: { $0.commandName == word }) {
                path.append(command)
            } else {
                positions += 1
                let takes = path.last?.arguments?.contains { $0.kind == "positional" } ?? false
                guard takes else { return "\(path.last?.commandName ?? "") takes no \(word)" }
            }
        }
        return nil
    }

    private static func option(_ word: String, _ path: [Command]) -> Command.Argument? {
        let isLong = word.hasPrefix("--")
        let name = String(word.drop { $0 == "-" })
        var commands = path
        if let last = path.last, let standard = last.subcommands?.first(where: { $0.commandName == last.defaultSubcommand }) {
            commands.append(standard)
        }
        for argument in commands.flatMap({ $0.arguments ?? [] }) where argument.kind != "positional" {
            let names = argument.names ?? []
            if names.contains(where: { $0.name == name && ($0.kind == "short") != isLong }) { return argument }
            // `-n100` is `-n 100`.
            if !isLong, names.contains(where: { $0.kind == "short" && name.hasPrefix($0.name) }) {
                return Command.Argument(kind: "flag", names: names)
            }
        }
        return nil
    }
}
