package import WhatsAppBusiness

/// What people are told at once: a subject and a few lines. Everything in it can be shown on a terminal.
package struct NotificationMessage: Sendable, Equatable {
    /// What it is about, on one line.
    package var subject: String
    /// The lines, none of them empty.
    package var lines: [String]
    /// The worst of what it tells.
    package var severity: Severity

    package init(subject: String, lines: [String], severity: Severity) {
        self.subject = subject
        self.lines = lines
        self.severity = severity
    }

    /// The lines, each with its end.
    package var text: String { lines.map { "\($0)\n" }.joined() }

    /// The first lines that fit into so many bytes; what is left out is told by an ellipsis.
    package func text(atMost bytes: Int) -> String {
        var text = ""
        for line in lines {
            guard text.utf8.count + line.utf8.count + 1 <= bytes - 4 else { return text + "…\n" }
            text += "\(line)\n"
        }
        return text
    }

    /// That a route works.
    package static func test(_ route: String) -> NotificationMessage {
        NotificationMessage(
            subject: "wabawatch: test of the route \(route)",
            lines: ["This is a test of the route \(route) of wabawatch-notify. Nothing is wrong."], severity: .info)
    }
}
