import Glibc
import Printing

/// A pager that long listings go through when they go to a terminal.
enum Pager {
    /// The command, as systemd's tools choose it: `$SYSTEMD_PAGER`, `$PAGER`, `less` where there is one. `nil` for none.
    static func command(environment: (String) -> String?, isInstalled: (String) -> Bool) -> String? {
        if let chosen = environment("SYSTEMD_PAGER") ?? environment("PAGER") { return chosen.isEmpty || chosen == "cat" ? nil : chosen }
        return isInstalled("less") ? "less" : nil
    }

    /// What the pager is told by its environment, as a shell has it. less: leave at the end of one screen, keep colours, leave the screen as it is
    /// (journalctl's own options), and no shell, editor, file or pipe from within it, for `wabawatch` may run by sudo; $SYSTEMD_PAGERSECURE=0 allows
    /// them (less(1), SECURITY; systemctl(1)).
    static func variables(environment: (String) -> String?) -> String {
        let isSecure = environment("SYSTEMD_PAGERSECURE").flatMap(Terminal.truth) ?? true
        return "export LESS=\"${SYSTEMD_LESS-FRSXMK}\" LESSCHARSET=utf-8\(isSecure ? " LESSSECURE=1" : ""); "
            + (isSecure ? "" : "unset LESSSECURE; ")
    }

    /// Gives the body an output that goes through the pager, and waits until its reader has seen enough.
    static func run(_ command: String, _ body: (LineOutput) async throws -> Void) async throws {
        guard let pipe = popen(variables(environment: Terminal.environment) + command, "we") else {
            let output = LineOutput()
            try await body(output)
            return try output.flush()
        }
        defer { pclose(pipe) }
        let output = LineOutput(fileno(pipe))
        try await body(output)
        try output.flush()
    }

    static func isInstalled(_ program: String) -> Bool {
        let path = Terminal.environment("PATH") ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }
}
