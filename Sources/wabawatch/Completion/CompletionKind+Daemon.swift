import ArgumentParser
import Glibc
import WabaWatchClient
import WabaWatchInterface

extension CompletionKind {
    /// Completes from what the running daemon says: by one call, within a second, and without a word where there is none.
    static func daemon(_ subject: CompletionSubject) -> CompletionKind {
        .custom { words, index, _ in
            endWithinASecond()
            let line = CompletionLine(words, at: index)
            let client = WabaWatch(socket: SocketOptions.path(line.options["--socket"]?.last))
            // What cannot be asked is not offered; a person who writes a command is told of it when it runs.
            let told = (try? await candidates(subject, line, client)) ?? []
            return CompletionCandidate.offered(subject.candidates(line) + told, prefix: line.prefix)
                .map { $0.line(for: CompletionShell.requesting) }
        }
    }

    /// Ends this process without a word when a second has passed: whatever hangs, who pressed the key gets the prompt back.
    private static func endWithinASecond() {
        signal(SIGALRM) { _ in _exit(0) }
        alarm(1)
    }

    private static func candidates(
        _ subject: CompletionSubject, _ line: CompletionLine, _ client: WabaWatch
    ) async throws -> [CompletionCandidate] {
        if subject == .mute { return try await client.mutes().map { CompletionCandidate($0.id, $0.reason) } }
        guard let filter = subject.filter(line) else { return [] }
        return try await subject.candidates(of: client.list(filter), line)
    }
}
